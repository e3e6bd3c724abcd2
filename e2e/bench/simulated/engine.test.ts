import { describe, expect, it } from 'vitest';
import { folder, outcomes, start } from '../../../electron/core/api/testing/engine.ts';
import type { Connection } from '../../../shared/model.ts';
import { simulated } from './simulation.ts';

const settled = ({ attempt }: Connection): boolean => attempt !== null;

/** Those of this account. */
const of = (all: readonly Connection[], id: string): readonly Connection[] =>
  all.filter(({ accountId }) => accountId === id);

async function simulate(connections: number, rate: number) {
  const program = await start(await folder(), simulated({ connections, rate }));
  const first = await program.until(
    ({ connections: all }) => all.length === connections && all.every(settled),
  );
  return { ...program, first };
}

describe('simulated connections', () => {
  it('are named as such, ten to an account, and have handshakes that are counted and recorded', async () => {
    const { engine, until, first } = await simulate(25, 1000);
    expect(first.accounts.map(({ label }) => label)).toEqual([
      'Simulated 1',
      'Simulated 2',
      'Simulated 3',
    ]);
    expect(first.app.demo).toBe(true);
    expect(
      first.connections.filter(({ accountId }) => accountId === first.accounts[2]?.id),
    ).toHaveLength(5);
    await until(({ totals }) => totals.resumed > 100 && totals.refused > 0 && totals.failed > 0);
    const { totals } = await engine.getHistory({ range: '1h', account: null });
    expect(totals.resumed).toBeGreaterThan(100);
    expect(totals.savedMs).toBeGreaterThan(0);
  });

  it('obey the switch, a pause and a removal, each account by itself', async () => {
    const { engine, until, first } = await simulate(30, 1000);
    const [off, paused, removed] = first.accounts.map(({ id }) => id);
    if (off === undefined || paused === undefined || removed === undefined) throw new Error();
    await engine.setReuse(off, false);
    await engine.setPaused(paused, true);
    await engine.removeAccount(removed);
    const state = await until(
      ({ connections }) =>
        of(connections, removed).length === 0 &&
        of(connections, paused).every(({ state }) => state.kind === 'paused') &&
        outcomes(of(connections, off)).every((outcome) => outcome?.kind === 'off'),
    );
    expect(state.connections).toHaveLength(20);
    const before = state.connections;
    await engine.setPaused(paused, false);
    await until(({ connections }) =>
      of(connections, paused).every(
        ({ id, attempt }) =>
          attempt !== null &&
          attempt.id !== before.find((connection) => connection.id === id)?.attempt?.id,
      ),
    );
  });

  it('reconnect when asked to, and tell what became of them', async () => {
    const { engine, until, first } = await simulate(2, 10);
    const [one] = first.connections;
    if (one === undefined) throw new Error();
    await engine.reconnect(one.id);
    await until(
      ({ connections }) =>
        connections.find(({ id }) => id === one.id)?.attempt?.id !== one.attempt?.id,
    );
    const { attempts, log } = await engine.getConnection(one.id);
    expect(attempts.length).toBeGreaterThanOrEqual(2);
    expect(log.every(({ text }) => text.startsWith('simulated: '))).toBe(true);
  });
});
