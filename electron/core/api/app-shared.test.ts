import { describe, expect, it } from 'vitest';
import type { AccountId, ReusePolicy } from '../../../shared/model.ts';
import type { Snapshot } from '../../../shared/state.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  outcomes,
  server,
  start,
} from './testing/engine.ts';

const SHARED: ReusePolicy = { sharing: 'shared', longestAge: 'server' };

const endsOf = ({ accounts }: Snapshot) => accounts.map(({ refusing }) => refusing?.nextTryAt);

/** Two accounts at one server, which is one under both names of this machine. */
async function two(options: Parameters<typeof server>[0] = {}) {
  const imap = await server(options);
  const dataDir = await folder();
  const program = await start(dataDir);
  const { engine, until } = program;
  const ann = await engine.addAccount(inputFor(imap, { label: 'Ann' }));
  const bob = await engine.addAccount(inputFor(imap, { label: 'Bob', host: 'localhost' }));
  await until(allIdle(2));
  const ids = [ann.id, bob.id];
  const reconnected = async () => {
    const before = program.state();
    await engine.reconnectAll();
    return until(allIdleAgain(before));
  };
  const share = () => engine.setPolicies(ids.map((id) => ({ id, policy: SHARED })));
  return { ...program, dataDir, imap, ids, reconnected, share };
}

describe('accounts that share', () => {
  it('make one full handshake together, and show whose the session was, once for both', async () => {
    const { until, reconnected, share, ids, state } = await two();
    expect((await share()).forgotten).toBeGreaterThan(0);
    const { connections } = await reconnected();
    const kinds = connections.map(({ attempt }) => attempt?.outcome.kind);
    expect(new Set(kinds)).toEqual(new Set(['full', 'resumed']));
    const full = connections.find(({ attempt }) => attempt?.outcome.kind === 'full');
    const other = connections.find(({ attempt }) => attempt?.outcome.kind === 'resumed');
    expect(other?.attempt?.handshake?.descent?.sharedBy).toBe(full?.accountId);
    await until(({ heldSessions }) => heldSessions.length === 1);
    expect(state().heldSessions[0]?.sharedBy?.toSorted()).toEqual(ids.toSorted());
  });

  it('lose what one of them made, with its switch, and go on without it', async () => {
    const { engine, until, reconnected, share, ids } = await two();
    await share();
    const { connections } = await reconnected();
    const maker = connections.find(({ attempt }) => attempt?.outcome.kind === 'full')?.accountId;
    await until(({ heldSessions }) => heldSessions.length === 1);
    const id = maker ?? ('' as AccountId);
    expect((await engine.setReuse(id, false)).forgotten).toBeGreaterThan(0);
    await until(({ heldSessions }) => heldSessions.length === 0);
    const after = outcomes((await reconnected()).connections);
    expect(after).toContainEqual({ kind: 'off' });
    expect(after).toContainEqual({ kind: 'full', reason: 'nothing-held' });
    const { heldSessions } = await until((now) => now.heldSessions.length === 1);
    expect(heldSessions[0]?.sharedBy).toEqual(ids.filter((one) => one !== id));
  });

  it('share what is kept for the next start as well', async () => {
    const { app, dataDir, engine, reconnected, share, ids } = await two();
    await engine.changeSettings({ keepSessions: true });
    await share();
    await reconnected();
    await app.close();
    const next = await start(dataDir);
    const { connections } = await next.until(allIdle(2));
    expect(outcomes(connections).map((outcome) => outcome?.kind)).toEqual(['resumed', 'resumed']);
    const { heldSessions } = await next.until((now) => now.heldSessions.length === 1);
    expect(heldSessions[0]?.sharedBy).toHaveLength(ids.length);
  });

  it('learn together that their server refuses, and try it together', async () => {
    const { engine, until, reconnected, share, ids, imap } = await two({ sessions: 'fresh-key' });
    await share();
    for (let turn = 0; turn < 3; turn += 1) await reconnected();
    const [first] = endsOf(await until((now) => !endsOf(now).includes(undefined)));
    const offered = imap.stats().offered;
    const { connections } = await reconnected();
    expect(imap.stats().offered).toBe(offered);
    const heldBack = { kind: 'full', reason: 'server-keeps-refusing' };
    expect(outcomes(connections)).toEqual([heldBack, heldBack]);
    const [id = '' as AccountId] = ids;
    await engine.tryOffering(id);
    // It is refused once more, which both learn.
    await until((now) => endsOf(now).every((end) => end !== undefined && end > (first ?? 0)));
  });

  it('are given their policies together: all of them, or none where one is gone', async () => {
    const { engine, state, until, ids, share } = await two();
    const gone = { id: 'gone' as AccountId, policy: SHARED };
    const [id = '' as AccountId] = ids;
    await expect(engine.setPolicies([{ id, policy: SHARED }, gone])).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(state().accounts.map(({ policy }) => policy.sharing)).toEqual(['saving', 'saving']);
    await share();
    await until(({ accounts }) => accounts.every(({ policy }) => policy.sharing === 'shared'));
  });
});
