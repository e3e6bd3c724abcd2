import { describe, expect, it } from 'vitest';
import type { PhaseTimes } from '../../../shared/model.ts';
import { descentSentence } from './HandshakeSection.tsx';
import { layOut } from './waterfall.ts';

const NONE: PhaseTimes = {
  proxy: null,
  dns: null,
  tcp: null,
  wait: null,
  starttls: null,
  tls: null,
  greeting: null,
  login: null,
  select: null,
};

describe('the waterfall', () => {
  it('lays the phases one after another and leaves out those that did not happen', () => {
    const { rows, scaleMs, ghostMs } = layOut({ ...NONE, dns: 2, tcp: 10, tls: 20 }, null);
    expect(rows).toEqual([
      { phase: 'dns', span: { startMs: 0, ms: 2 }, ghost: null },
      { phase: 'tcp', span: { startMs: 2, ms: 10 }, ghost: null },
      { phase: 'tls', span: { startMs: 12, ms: 20 }, ghost: null },
    ]);
    expect([scaleMs, ghostMs]).toEqual([32, null]);
  });

  it('has room for the longer of the two connects', () => {
    const { rows, scaleMs, ghostMs } = layOut({ ...NONE, tls: 20 }, { ...NONE, dns: 5, tls: 45 });
    expect(rows.map(({ phase, ghost }) => [phase, ghost])).toEqual([
      ['dns', { startMs: 0, ms: 5 }],
      ['tls', { startMs: 5, ms: 45 }],
    ]);
    expect([scaleMs, ghostMs]).toEqual([50, 50]);
  });

  it('has a time line even where nothing was measured', () => {
    expect(layOut(NONE, null)).toEqual({ rows: [], ghostMs: null, scaleMs: 0.1 });
  });
});

describe('the descent of a session', () => {
  it('names its full handshake and counts its uses', () => {
    const fullHandshakeAt = new Date(2026, 10, 23, 10, 31).getTime();
    expect(descentSentence({ fullHandshakeAt, reuse: 4 }, fullHandshakeAt + 1000)).toBe(
      'From the full handshake at 10:31, 4th reuse.',
    );
  });

  it('names the day where it was not today', () => {
    const fullHandshakeAt = new Date(2026, 10, 23, 10, 31).getTime();
    const later = new Date(2026, 10, 25, 9, 0).getTime();
    expect(descentSentence({ fullHandshakeAt, reuse: 1 }, later)).toContain('23 Nov 2026, 10:31');
  });
});
