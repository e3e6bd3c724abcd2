import { describe, expect, it } from 'vitest';
import type { EngineApi } from '../../../shared/contract.ts';
import type { AccountId } from '../../../shared/model.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  outcomes,
  server,
  start,
  type Followed,
} from './testing/engine.ts';

/** Reconnects everything, and resolves with the outcomes. */
async function reconnected({ engine, state, until }: Followed) {
  const before = state();
  await engine.reconnectAll();
  return outcomes((await until(allIdleAgain(before))).connections);
}

const FOUR = { INBOX: 1, Sent: 1, Work: 1, Archive: 1 };

describe('the policy of an account', () => {
  it('is saving to begin with; private offers each ticket once', async () => {
    const imap = await server({ mailboxes: FOUR, renewTickets: false });
    const program = await start(await folder());
    const { engine, state, until } = program;
    const { id } = await engine.addAccount(inputFor(imap, { mailboxes: Object.keys(FOUR) }));
    await until(allIdle(4));
    expect(state().accounts[0]?.policy).toEqual({ sharing: 'saving', longestAge: 'server' });
    const shared = imap.offers.length - new Set(imap.offers.map(({ sha256 }) => sha256)).size;
    expect(shared).toBeGreaterThan(0);

    await engine.setPolicy(id, { sharing: 'private', longestAge: 'hour' });
    const offeredBefore = imap.offers.length;
    await reconnected(program);
    await reconnected(program);
    const offered = imap.offers.slice(offeredBefore).map(({ sha256 }) => sha256);
    expect(offered.length).toBeGreaterThan(0);
    expect(new Set(offered).size).toBe(offered.length);
  });

  it('is there again after a restart', async () => {
    const imap = await server();
    const dataDir = await folder();
    const first = await start(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.engine.setPolicy(id, { sharing: 'private', longestAge: 'ten-minutes' });
    await first.until(allIdle(1));
    await first.app.close();
    const second = await start(dataDir);
    expect(second.state().accounts[0]?.policy).toEqual({
      sharing: 'private',
      longestAge: 'ten-minutes',
    });
  });
});

describe('a server that keeps refusing', () => {
  it('is shown with the time of the next try, and is tried at once when asked to', async () => {
    const imap = await server({ sessions: 'fresh-key' });
    const program = await start(await folder());
    const { engine, state, until } = program;
    const { id } = await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    for (let refusal = 1; refusal <= 3; refusal += 1) {
      expect(state().accounts[0]?.refusing).toBeNull();
      expect(await reconnected(program)).toMatchObject([{ kind: 'refused' }]);
    }
    const { accounts } = await until((now) => now.accounts[0]?.refusing !== null);
    const before = { offered: 0, resumed: 0 };
    expect(accounts[0]?.refusing).toMatchObject({ refusals: 3, before });
    expect(await reconnected(program)).toEqual([{ kind: 'full', reason: 'server-keeps-refusing' }]);
    expect(imap.stats().offered).toBe(3);

    const paused = state();
    await engine.tryOffering(id);
    const after = await until(allIdleAgain(paused));
    expect(outcomes(after.connections)).toMatchObject([{ kind: 'refused' }]);
    const again = await until((now) => now.accounts[0]?.refusing !== null);
    const pause = (again.accounts[0]?.refusing?.nextTryAt ?? 0) - Date.now();
    expect(pause / 60_000).toBeGreaterThan(15);
  });

  it('is offered sessions still where it takes up one in five: its tickets end at times', async () => {
    const imap = await server();
    const program = await start(await folder());
    const { engine, state, until } = program;
    await engine.addAccount(inputFor(imap));
    await until(allIdle(1));
    expect(await reconnected(program)).toMatchObject([{ kind: 'resumed' }]);
    for (let refusal = 1; refusal <= 4; refusal += 1) {
      imap.forgetSessions();
      expect(await reconnected(program)).toMatchObject([{ kind: 'refused' }]);
      expect(state().accounts[0]?.refusing).toBeNull();
    }
    // Now it was one in six.
    imap.forgetSessions();
    expect(await reconnected(program)).toMatchObject([{ kind: 'refused' }]);
    const { accounts } = await until((now) => now.accounts[0]?.refusing !== null);
    const before = { offered: 1, resumed: 1 };
    expect(accounts[0]?.refusing).toMatchObject({ refusals: 5, before });
  });

  it.each([
    ['its sessions are forgotten', (engine, id) => engine.forgetSessions(id)],
    ['reuse is switched off', (engine, id) => engine.setReuse(id, false)],
  ] as readonly [string, (engine: EngineApi, id: AccountId) => Promise<unknown>][])(
    'is shown no longer once %s',
    async (_, forget) => {
      const imap = await server({ sessions: 'fresh-key' });
      const program = await start(await folder());
      const { engine, until } = program;
      const { id } = await engine.addAccount(inputFor(imap));
      await until(allIdle(1));
      for (let refusal = 1; refusal <= 3; refusal += 1) await reconnected(program);
      await until((now) => now.accounts[0]?.refusing !== null);
      await forget(engine, id);
      const { accounts } = await until((now) => now.accounts[0]?.refusing === null);
      expect(accounts[0]?.id).toBe(id);
    },
  );

  it('is offered sessions again once the account is with a server that resumes', async () => {
    const refusing = await server({ sessions: 'fresh-key' });
    const resuming = await server();
    const program = await start(await folder());
    const { engine, until, state } = program;
    const { id } = await engine.addAccount(inputFor(refusing));
    await until(allIdle(1));
    for (let refusal = 1; refusal <= 3; refusal += 1) await reconnected(program);
    await until((now) => now.accounts[0]?.refusing !== null);
    const before = state();
    await engine.updateAccount(id, inputFor(resuming));
    await until(allIdleAgain(before));
    expect(await reconnected(program)).toEqual([{ kind: 'resumed', mechanism: 'tls13-ticket' }]);
    expect(state().accounts[0]?.refusing).toBeNull();
  });
});
