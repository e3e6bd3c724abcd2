import { describe, expect, it } from 'vitest';
import type { AttemptId, StripMark } from '../../../shared/model.ts';
import { placeOf, step } from './strip-steps.ts';

const marks: StripMark[] = ['a', 'b', 'c'].map((id, at) => ({
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
    expect(step(marks, from, key)).toBe(to);
  });

  it('stops at either end', () => {
    expect(step(marks, 0, 'ArrowLeft')).toBe(0);
    expect(step(marks, 2, 'ArrowRight')).toBe(2);
  });

  it('leaves other keys alone', () => {
    expect(step(marks, 1, 'Tab')).toBeNull();
  });

  it('begins at the newest, and stays with a handshake while newer ones come', () => {
    expect(placeOf(marks, null)).toBe(2);
    expect(placeOf(marks, 'b' as AttemptId)).toBe(1);
    expect(placeOf(marks.slice(1), 'b' as AttemptId)).toBe(0);
  });

  it('goes to the newest when its handshake has left the strip', () => {
    expect(placeOf(marks, 'gone' as AttemptId)).toBe(2);
  });
});
