import { describe, expect, it } from 'vitest';
import type { AttemptId, OutcomeKind, StripMark } from '../../shared/model.ts';
import { describeStrip, markAt, placeOf, step, STRIDE, stripPaths } from './strip.ts';

function marks(...kinds: OutcomeKind[]): StripMark[] {
  return kinds.map((kind, index) => ({
    attemptId: String(index) as AttemptId,
    kind,
    at: index,
  }));
}

describe('a strip of handshakes', () => {
  it('says in words what it shows', () => {
    expect(describeStrip(marks('resumed', 'full', 'resumed', 'refused'))).toBe(
      'Last 4 handshakes: 2 resumed, 1 full handshake, 1 refused',
    );
    expect(describeStrip(marks('off'))).toBe('Last handshake: 1 off');
    expect(describeStrip([])).toBe('No handshakes yet');
  });

  it('has the newest mark at its right end and nothing in empty places', () => {
    const strip = marks('full', 'resumed');
    expect(markAt(strip, 5, 4.5 * STRIDE)?.kind).toBe('resumed');
    expect(markAt(strip, 5, 3.5 * STRIDE)?.kind).toBe('full');
    expect(markAt(strip, 5, 2.5 * STRIDE)).toBeNull();
  });

  it('shows the latest where there are more than it has room for', () => {
    expect(markAt(marks('full', 'off', 'resumed'), 2, 0.5 * STRIDE)?.kind).toBe('off');
  });

  it('draws marks of one kind by one path, the newest at the right end, and dots before them', () => {
    const paths = stripPaths(marks('full', 'resumed', 'resumed'), 4);
    const places = (kind: OutcomeKind | 'empty') =>
      [...(paths.find((path) => path.kind === kind)?.path ?? '').matchAll(/M([\d.]+) /g)].map(
        ([, x]) => Math.floor(Number(x) / STRIDE),
      );
    expect(paths).toHaveLength(3);
    expect(places('empty')).toEqual([0]);
    expect(places('full')).toEqual([1]);
    expect(places('resumed')).toEqual([2, 3]);
  });

  it('draws no more marks than it has room for', () => {
    expect(stripPaths(marks('full', 'off', 'resumed'), 2).map(({ kind }) => kind)).toEqual([
      'off',
      'resumed',
    ]);
  });
});

const three: StripMark[] = ['a', 'b', 'c'].map((id, at) => ({
  attemptId: id as AttemptId,
  kind: 'resumed',
  at,
}));

describe('going along a strip by key', () => {
  it.each([
    [1, 'ArrowLeft', 0],
    [1, 'ArrowRight', 2],
    [2, 'Home', 0],
    [0, 'End', 2],
  ])('from place %d by %s leads to place %d', (from, key, to) => {
    expect(step(three, from, key)).toBe(to);
  });

  it('stops at either end', () => {
    expect(step(three, 0, 'ArrowLeft')).toBe(0);
    expect(step(three, 2, 'ArrowRight')).toBe(2);
  });

  it('leaves other keys alone', () => {
    expect(step(three, 1, 'Tab')).toBeNull();
  });

  it('begins at the newest, and stays with a handshake while newer ones come', () => {
    expect(placeOf(three, null)).toBe(2);
    expect(placeOf(three, 'b' as AttemptId)).toBe(1);
    expect(placeOf(three.slice(1), 'b' as AttemptId)).toBe(0);
  });

  it('goes to the newest when its handshake has left the strip', () => {
    expect(placeOf(three, 'gone' as AttemptId)).toBe(2);
  });
});
