import { describe, expect, it } from 'vitest';
import type { Attempt, CertificateFacts, Connection } from '../../../shared/model.ts';
import { fromSnapshot } from '../../engine/engine-state.ts';
import { account, connection, PROBLEM, snapshot } from '../../testing/entities.ts';
import { accountItems } from './attention.ts';
import { LASTED_MS, takeUp, type Memory } from './notification-events.ts';

const NOW = 1_000_000_000_000;
const DAY = 24 * 60 * 60 * 1000;
const NOTHING: Memory = { seenAt: new Map(), told: [] };
const REFUSED = { kind: 'sign-in-failed', problem: PROBLEM } as const;
const CONNECTING = { kind: 'connecting', phase: 'tls' } as const;
const IDLE = { kind: 'idle' } as const;
const LATER = NOW + 1000 * DAY;

const withCertificate = (validToAt: number, fingerprint256 = 'AA'): Partial<Connection> => ({
  attempt: {
    handshake: { certificate: { validToAt, fingerprint256 } as CertificateFacts },
  } as Attempt,
});

/** Looks again and again, as the page does; what was told is kept, as by a reload, on request. */
class Watcher {
  #memory = NOTHING;
  #now = 0;

  /** What is shown while these connections are so for this long. */
  look(connections: readonly Connection[], forMs = LASTED_MS): readonly string[] {
    const shown: string[] = [];
    const end = this.#now + forMs;
    for (; this.#now <= end; this.#now += 2000) {
      const facts = fromSnapshot(
        snapshot({ accounts: [account('a', { label: 'Work' })], connections }),
      );
      const { memory, show } = takeUp(this.#memory, accountItems(facts, NOW), facts, this.#now);
      this.#memory = memory;
      shown.push(...show.map(({ title }) => title));
    }
    return shown;
  }

  reload(): void {
    this.#memory = { seenAt: new Map(), told: this.#memory.told };
  }
}

const SIGN_IN_FAILED = 'Sign-in failed: Work';

describe('a notification', () => {
  it('is shown of a failed sign-in that has lasted, with what is wrong and what helps', () => {
    const connections = [connection('1', 'a', REFUSED), connection('2', 'a', REFUSED)];
    const facts = fromSnapshot(snapshot({ accounts: [account('a')], connections }));
    const items = accountItems(facts, NOW);
    const first = takeUp(NOTHING, items, facts, 0);
    expect(first.show).toEqual([]);
    expect(takeUp(first.memory, items, facts, LASTED_MS - 1).show).toEqual([]);
    expect(takeUp(first.memory, items, facts, LASTED_MS).show).toEqual([
      {
        key: 'a sign-in down:a',
        title: 'Sign-in failed: a',
        body: PROBLEM.message,
        action: { kind: 'edit', accountId: 'a' },
      },
    ]);
  });

  it('is not shown of trouble that passes', () => {
    const watcher = new Watcher();
    expect(watcher.look([connection('1', 'a', REFUSED)], LASTED_MS - 3000)).toEqual([]);
    expect(watcher.look([connection('1', 'a', CONNECTING)], 3000)).toEqual([]);
    expect(watcher.look([connection('1', 'a', REFUSED)], LASTED_MS - 3000)).toEqual([]);
  });

  it('is shown once, however often it is tried again and the page is loaded anew', () => {
    const watcher = new Watcher();
    expect(watcher.look([connection('1', 'a', REFUSED)])).toEqual([SIGN_IN_FAILED]);
    for (const state of [CONNECTING, REFUSED, { kind: 'paused' } as const, CONNECTING, REFUSED]) {
      expect(watcher.look([connection('1', 'a', state)])).toEqual([]);
      watcher.reload();
    }
  });

  it('is shown again of new trouble, once the account was well', () => {
    const watcher = new Watcher();
    watcher.look([connection('1', 'a', REFUSED)]);
    expect(watcher.look([connection('1', 'a', IDLE)])).toEqual([]);
    expect(watcher.look([connection('1', 'a', REFUSED)])).toEqual([SIGN_IN_FAILED]);
  });

  it('is not shown again while one mailbox is well and another is being tried', () => {
    const watcher = new Watcher();
    watcher.look([connection('1', 'a', IDLE), connection('2', 'a', REFUSED)]);
    watcher.look([connection('1', 'a', IDLE), connection('2', 'a', CONNECTING)]);
    expect(watcher.look([connection('1', 'a', IDLE), connection('2', 'a', REFUSED)])).toEqual([]);
  });

  it('is shown of each certificate that ends soon, and again when it has ended', () => {
    const watcher = new Watcher();
    const soon = connection('1', 'a', IDLE, withCertificate(NOW + 3 * DAY));
    expect(watcher.look([soon])).toEqual(['Certificate ends soon: Work']);
    expect(watcher.look([{ ...soon, state: CONNECTING }])).toEqual([]);
    expect(watcher.look([soon])).toEqual([]);
    const another = connection('1', 'a', IDLE, withCertificate(NOW + 5 * DAY, 'BB'));
    expect(watcher.look([another])).toEqual(['Certificate ends soon: Work']);
    const problem = { ...PROBLEM, code: 'certificate-expired' } as const;
    const ended = { kind: 'certificate-problem', problem, certificate: null } as const;
    expect(watcher.look([connection('1', 'a', ended)])).toEqual(['Certificate has expired: Work']);
    const renewed = connection('1', 'a', IDLE, withCertificate(LATER, 'CC'));
    expect(watcher.look([renewed])).toEqual([]);
  });

  it('is not shown of what is on the list of attention alone', () => {
    const watcher = new Watcher();
    expect(watcher.look([connection('1', 'a', { kind: 'failed', problem: PROBLEM })])).toEqual([]);
    const untrusted = { ...PROBLEM, code: 'certificate-untrusted' } as const;
    expect(
      watcher.look([
        connection('1', 'a', {
          kind: 'certificate-problem',
          problem: untrusted,
          certificate: null,
        }),
      ]),
    ).toEqual([]);
  });

  it('leaves nothing behind of an account that is gone', () => {
    const facts = fromSnapshot(snapshot());
    const told = ['gone sign-in down:gone'];
    expect(takeUp({ seenAt: new Map(), told }, [], facts, 0).memory.told).toEqual([]);
  });
});
