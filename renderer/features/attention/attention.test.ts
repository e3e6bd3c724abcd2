import { describe, expect, it } from 'vitest';
import type { Attempt, CertificateFacts, Connection, Problem } from '../../../shared/model.ts';
import { fromSnapshot } from '../../engine/engine-state.ts';
import { account, connection, PROBLEM, snapshot } from '../../testing/entities.ts';
import { OFFLINE_SENTENCE } from '../../words.ts';
import { accountItems, attention, LASTING_MS, SOON_MS } from './attention.ts';

const REFUSING = { refusals: 3, broken: 0, before: { offered: 0, resumed: 0 }, nextTryAt: 0 };

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
    const accounts = [account('a', { refusing: REFUSING }), account('b')];
    expect(found({ accounts, connections }).map(({ label }) => label)).toEqual(['b', 'a']);
  });

  it('is nothing of an account that is paused', () => {
    const accounts = [account('a', { paused: true, refusing: REFUSING })];
    expect(found({ accounts })).toEqual([]);
  });
});

const problem: Problem = {
  code: 'refused',
  message: 'imap.example.org refuses connections on port 993.',
  serverLine: null,
};

function failing(id: string, accountId: string, forMs = LASTING_MS): Connection {
  return connection(
    id,
    accountId,
    { kind: 'retrying', retryAt: NOW, problem, isHeldUp: false },
    { failing: { since: NOW - forMs, problem } },
  );
}

function offline(id: string, accountId: string, forMs = LASTING_MS): Connection {
  return connection(id, accountId, { kind: 'offline' }, { since: NOW - forMs });
}

describe('an account that is out of reach', () => {
  it('is listed once, with how long and why, and Try now', () => {
    const connections = [failing('1', 'a', 5 * LASTING_MS), failing('2', 'a', 3 * LASTING_MS)];
    expect(found({ accounts: [account('a')], connections })).toEqual([
      {
        id: 'out-of-reach:a',
        about: 'out-of-reach',
        label: 'a',
        text: `No connection for 3 min; it is tried again and again. ${problem.message}`,
        action: { kind: 'try', accountIds: ['a'] },
      },
    ]);
  });

  it('is listed while it is tried once more', () => {
    const { failing: before } = failing('1', 'a');
    const state = { kind: 'connecting', phase: 'tcp' } as const;
    const connections = [connection('1', 'a', state, { failing: before })];
    expect(found({ accounts: [account('a')], connections })).toHaveLength(1);
  });

  it('is left alone for its first minute', () => {
    const accounts = [account('a')];
    expect(found({ accounts, connections: [failing('1', 'a', LASTING_MS - 1)] })).toEqual([]);
  });

  it('is listed in part, each connection that has been down for a minute counted', () => {
    const accounts = [account('a'), account('b'), account('c', { paused: true })];
    const connections = [
      failing('1', 'a', 4 * LASTING_MS),
      connection('2', 'a'),
      failing('3', 'a', LASTING_MS - 1),
      failing('4', 'b', 2 * LASTING_MS),
      failing('5', 'b', 3 * LASTING_MS),
      connection('6', 'b', { kind: 'connecting', phase: 'dns' }),
      failing('7', 'c'),
    ];
    expect(found({ accounts, connections }).map(({ label, text }) => `${label}: ${text}`)).toEqual([
      `a: 1 of 3 connections has been down for 4 min; it is tried again and again. ${problem.message}`,
      `b: 2 of 3 connections have been down for 3 min; they are tried again and again. ${problem.message}`,
    ]);
  });

  it('is listed beside a mailbox that does not exist, which hides nothing', () => {
    const missing = connection('1', 'a', { kind: 'failed', problem: PROBLEM });
    const connections = [missing, failing('2', 'a'), failing('3', 'a')];
    const items = found({ accounts: [account('a')], connections });
    expect(items.map(({ about }) => about)).toEqual(['failure', 'out-of-reach']);
    expect(items[1]?.text).toMatch(/^No connection for /);
  });

  it('is one that stopped, where one of its connections did', () => {
    const stopped = connection('2', 'a', { kind: 'sign-in-failed', problem: PROBLEM });
    const connections = [failing('1', 'a'), stopped];
    expect(found({ accounts: [account('a')], connections })).toMatchObject([{ about: 'sign-in' }]);
  });

  it('shares a line with the others where there are many, and is tried with them', () => {
    const ids = Array.from({ length: 500 }, (_, index) => `account ${index + 1}`);
    const accounts = ids.map((id) => account(id));
    const connections = ids.map((id) => failing(`connection of ${id}`, id));
    expect(found({ accounts, connections })).toEqual([
      {
        id: 'out-of-reach',
        about: 'out-of-reach',
        label: '500 accounts',
        text: 'No connection for a minute or longer; they are tried again and again: account 1, account 2, account 3 and 497 more.',
        action: { kind: 'try', accountIds: ids },
      },
    ]);
    const three = { accounts: accounts.slice(0, 3), connections: connections.slice(0, 3) };
    expect(found(three).map(({ label }) => label)).toEqual(ids.slice(0, 3));
  });

  it('comes after those that stopped, before what only costs', () => {
    const accounts = [account('a', { refusing: REFUSING }), account('b')];
    const stopped = connection('2', 'b', { kind: 'failed', problem: PROBLEM });
    const about = found({ accounts, connections: [failing('1', 'a'), stopped] }).map((item) => {
      return item.about;
    });
    expect(about).toEqual(['failure', 'out-of-reach', 'refusing']);
  });

  it('is not among what a notification may be shown for', () => {
    const accounts = [account('a'), account('b')];
    const connections = [failing('1', 'a'), offline('2', 'b')];
    const state = fromSnapshot(snapshot({ accounts, connections }));
    expect(attention(state, NOW)).toHaveLength(2);
    expect(accountItems(state, NOW)).toEqual([]);
  });
});

describe('a machine without a network', () => {
  it('is one line, whatever the number of accounts, and nothing to do', () => {
    const accounts = [account('a'), account('b')];
    const connections = [offline('1', 'a'), offline('2', 'b')];
    expect(found({ accounts, connections })).toEqual([
      {
        id: 'offline',
        about: 'offline',
        label: 'Offline',
        text: OFFLINE_SENTENCE,
        action: { kind: 'insist' },
      },
    ]);
  });

  it('is left alone for its first minute', () => {
    const accounts = [account('a')];
    expect(found({ accounts, connections: [offline('1', 'a', LASTING_MS - 1)] })).toEqual([]);
  });
});
