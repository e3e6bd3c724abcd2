import { describe, expect, it } from 'vitest';
import type { Attempt, CertificateFacts } from '../../../shared/model.ts';
import { fromSnapshot } from '../../engine/engine-state.ts';
import { account, connection, PROBLEM, snapshot } from '../../testing/entities.ts';
import { attention, SOON_MS } from './attention.ts';

const NOW = 1_000_000_000_000;
const DAY = 24 * 60 * 60 * 1000;

function until(validToAt: number, fingerprint256 = 'AA'): { attempt: Attempt } {
  const certificate = { validToAt, fingerprint256 } as CertificateFacts;
  return { attempt: { handshake: { certificate } } as Attempt };
}

const found = (more: Parameters<typeof snapshot>[0]) =>
  attention(fromSnapshot(snapshot(more)), NOW);

describe('what needs attention', () => {
  it('is nothing while all is well', () => {
    const connections = [connection('1', 'a', { kind: 'idle' }, until(NOW + SOON_MS))];
    expect(found({ accounts: [account('a')], connections })).toEqual([]);
  });

  it('is an account that cannot sign in, once, with Edit', () => {
    const state = { kind: 'sign-in-failed', problem: PROBLEM } as const;
    const connections = [connection('1', 'a', state), connection('2', 'a', state)];
    expect(found({ accounts: [account('a')], connections })).toEqual([
      {
        id: 'down:a',
        about: 'sign-in',
        accountId: 'a',
        label: 'a',
        text: PROBLEM.message,
        action: { kind: 'edit', accountId: 'a' },
      },
    ]);
  });

  it('is a certificate problem, which is shown, and not also the end of that certificate', () => {
    const state = { kind: 'certificate-problem', problem: PROBLEM, certificate: null } as const;
    const connections = [connection('1', 'a', state, until(NOW - DAY))];
    expect(found({ accounts: [account('a')], connections })).toMatchObject([
      { action: { kind: 'show', connectionId: '1' } },
    ]);
  });

  it('is a certificate that ends within 14 days, once for an account', () => {
    const connections = [
      connection('1', 'a', { kind: 'idle' }, until(NOW + 3 * DAY)),
      connection('2', 'a', { kind: 'idle' }, until(NOW + 3 * DAY)),
      connection('3', 'a', { kind: 'idle' }, until(NOW + SOON_MS - 1, 'BB')),
    ];
    const items = found({ accounts: [account('a')], connections });
    expect(items.map(({ text }) => /\d+ days left/.exec(text)?.[0])).toEqual([
      '3 days left',
      '13 days left',
    ]);
  });

  it('is a server that keeps refusing, after what is down', () => {
    const connections = [connection('1', 'b', { kind: 'failed', problem: PROBLEM })];
    const accounts = [account('a', { refusing: { refusals: 3, nextTryAt: 0 } }), account('b')];
    expect(found({ accounts, connections }).map(({ label }) => label)).toEqual(['b', 'a']);
  });

  it('is nothing of an account that is paused', () => {
    const accounts = [account('a', { paused: true, refusing: { refusals: 3, nextTryAt: 0 } })];
    expect(found({ accounts })).toEqual([]);
  });
});
