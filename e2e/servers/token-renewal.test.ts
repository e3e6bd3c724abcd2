/**
 * Connections that end with their access tokens, as at Gmail and Microsoft: at a real Dovecot that asks a
 * real authorization server. Tokens live 20 s; REPRISE_RENEWAL_SECONDS is how long it is watched, and a
 * soak watches longer.
 */
import { get } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { AccountInput, Connection, ConnectionState } from '../../shared/model.ts';
import type { Snapshot } from '../../shared/state.ts';
import { folder, isIdle, start } from '../../electron/core/api/testing/engine.ts';
import { DOVECOT_MAILBOXES } from '../fixtures/servers/dovecot-config.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { startTrusted } from '../fixtures/servers/trusted-authorization.ts';

const missing = whyNoDovecot();
if (missing !== null) process.stderr.write(`SKIPPED: the renewal of connections. ${missing}\n`);

const SECONDS = Number(process.env['REPRISE_RENEWAL_SECONDS'] ?? '60');
const TOKEN_SECONDS = 20;
const ANN = 'ann@example.org';
const users = { [ANN]: 'correct horse' };

describe.skipIf(missing !== null)('mailboxes whose access token ends every 20 s', () => {
  it(
    'are never without a connection, and each renewal is planned and resumed',
    { timeout: (SECONDS + 120) * 1000 },
    async () => {
      await using trusted = await startTrusted({ users, accessTokenSeconds: TOKEN_SECONDS });
      const { server } = trusted;
      await using dovecot = await Dovecot.start({
        kind: 'one-process',
        users,
        oauth: { by: server },
      });
      const { engine, state, until } = await start(await folder(), { internet: trusted.internet });
      const there = {
        user: ANN,
        host: dovecot.host,
        port: dovecot.tlsPort,
        security: 'tls',
        servername: null,
      } as const;
      const input: AccountInput = {
        ...there,
        label: 'By password',
        password: users[ANN] ?? '',
        trust: { kind: 'ca', fileName: 'ca.pem', pem: dovecot.certificate.caPem },
        mailboxes: ['INBOX'],
      };

      // What is counted there is counted late for other reasons: it is never made anew.
      const byPassword = await engine.addAccount({
        ...input,
        port: dovecot.startTlsPort,
        security: 'starttls',
      });
      await until(allIdleOf(byPassword.id, 1));
      const lasting = new Set(await dovecot.connections(ANN));

      /** Ends what lives on a token when that ends, as a provider does. */
      const endLater = async (afterMs: number, living: readonly number[]): Promise<void> => {
        await setTimeout(afterMs, null, { ref: false });
        dovecot.end(living);
      };
      let endsAt = 0;
      server.beforeTokenAnswer = async () => {
        const ends = endsAt - Date.now();
        endsAt = Date.now() + TOKEN_SECONDS * 1000;
        const living = (await dovecot.connections(ANN)).filter((pid) => !lasting.has(pid));
        void endLater(Math.max(0, ends), living);
      };
      const { id: signIn } = await engine.startSignIn({
        ...there,
        accountId: null,
        issuer: server.issuer,
        clientId: server.clientId,
        flow: 'browser',
        confirmedForeign: [new URL(server.issuer).hostname],
      });
      const isWaiting = ({ signIns }: Snapshot): boolean =>
        signIns.some(({ id, phase }) => id === signIn && phase !== 'preparing');
      const { signIns } = await until(isWaiting);
      // As a browser goes there that is sent on: `fetch` is what a page's script does.
      const back = await server.approve(signIns[0]?.url ?? '', ANN);
      get(back, (page) => page.resume());
      const done = await until(({ signIns: [one] }) => one?.phase === 'done');
      const { id } = await engine.addAccount({
        ...input,
        label: 'By token',
        password: null,
        mailboxes: [...DOVECOT_MAILBOXES],
        signIn: {
          kind: 'oauth',
          issuer: server.issuer,
          clientId: server.clientId,
          grant: done.signIns[0]?.grant ?? null,
        },
      });
      await until(allIdleOf(id, DOVECOT_MAILBOXES.length));

      const seen = new Set<ConnectionState['kind']>();
      const look = (snapshot: Snapshot): false => {
        for (const one of of(snapshot, id)) seen.add(one.state.kind);
        return false;
      };
      void until(look);
      const lates: number[] = [];
      const endAt = Date.now() + SECONDS * 1000;
      for (let messages = 1; Date.now() < endAt; messages += 1) {
        await dovecot.deliver(ANN, 'INBOX');
        const countedBy = (account: string) => async () => {
          await until((snapshot) =>
            of(snapshot, account).some(
              (one) => one.mailbox === 'INBOX' && one.messages === messages,
            ),
          );
          return Date.now();
        };
        const [first, its] = await Promise.all([countedBy(byPassword.id)(), countedBy(id)()]);
        lates.push(its - first);
      }

      expect([...seen]).toEqual(['idle']);
      expect(Math.max(...lates)).toBeLessThan(2000);
      const renewals = Math.floor(SECONDS / TOKEN_SECONDS);
      for (const { id: one } of of(state(), id)) {
        const { attempts, log } = await engine.getConnection(one);
        const [, ...later] = attempts.toReversed();
        expect(later.length).toBeGreaterThanOrEqual(renewals);
        expect(later.map(({ planned, outcome }) => `${String(planned)} ${outcome.kind}`)).toEqual(
          later.map(() => 'true resumed'),
        );
        expect(log.filter(({ text }) => text.startsWith('!'))).toEqual([]);
      }
      const { totals } = await engine.getHistory({ range: '1h', account: id });
      expect(totals.planned).toBeGreaterThanOrEqual(renewals * DOVECOT_MAILBOXES.length);
      expect(totals.failed).toBe(0);
      // One for all mailboxes, however many there are.
      expect(server.mostTokenRequests).toBe(1);
      expect(server.tokenAnswers.map(({ error }) => error)).toEqual(
        server.tokenAnswers.map(() => null),
      );
      expect(server.tokenAnswers.length).toBeLessThanOrEqual(2 + SECONDS / (TOKEN_SECONDS / 2));

      // Where everything of a user ends when a token does, it is planned as well.
      await setTimeout(Math.max(0, endsAt - TOKEN_SECONDS * 250 - Date.now()));
      const before = of(state(), id);
      await dovecot.kick(ANN);
      await until((snapshot) =>
        of(snapshot, id).every(
          (one) =>
            isIdle(one) &&
            one.attempt?.planned === true &&
            before.every(({ attempt }) => attempt?.id !== one.attempt?.id),
        ),
      );
      expect([...seen].toSorted()).toEqual(['connecting', 'idle']);
    },
  );
});

function of({ connections }: Snapshot, account: string): readonly Connection[] {
  return connections.filter(({ accountId }) => accountId === account);
}

const allIdleOf =
  (account: string, count: number) =>
  (snapshot: Snapshot): boolean =>
    of(snapshot, account).length === count && of(snapshot, account).every(isIdle);
