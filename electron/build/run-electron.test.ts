import { describe, expect, it } from 'vitest';
import { judgeEnd, runElectron } from './run-electron.ts';

const end = { code: 0, signal: null, wasAsked: false, isQuick: true };

describe('Electron’s end', () => {
  it.each([
    ['it was closed', end, { kind: 'ended', code: 0 }],
    ['it said why it could not go on', { ...end, code: 1 }, { kind: 'ended', code: 1 }],
    ['a library is missing', { ...end, code: 127 }, { kind: 'did-not-start' }],
    [
      'its sandbox is not allowed',
      { ...end, code: null, signal: 'SIGTRAP' as const },
      { kind: 'did-not-start' },
    ],
    [
      'it crashed after a while',
      { ...end, code: null, signal: 'SIGSEGV' as const, isQuick: false },
      { kind: 'ended', code: 1 },
    ],
    [
      'it was stopped early by the user',
      { ...end, code: null, signal: 'SIGTERM' as const, wasAsked: true },
      { kind: 'ended', code: 0 },
    ],
  ])('is understood when %s', (_, facts, expected) => {
    expect(judgeEnd(facts)).toEqual(expected);
  });

  it('is waited for', async () => {
    expect(await runElectron(process.execPath, ['-e', 'process.exit(3)'])).toEqual({
      kind: 'did-not-start',
    });
    expect(await runElectron(process.execPath, ['-e', ''])).toEqual({ kind: 'ended', code: 0 });
    expect(await runElectron('/no/such/program', [])).toEqual({ kind: 'did-not-start' });
  });
});
