/** What reuse saved, as the whole engine claims it: real handshakes, counters, history and export. */
import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../shared/model.ts';
import { TestMachine } from '../network/testing/machine.ts';
import {
  allIdle,
  allIdleAgain,
  folder,
  inputFor,
  server,
  start,
  type Followed,
} from './testing/engine.ts';

const DAY = { range: '24h', account: null } as const;

async function reconnect({ engine, state, until }: Followed, times = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const before = state();
    const { resumed, full, off } = before.totals;
    await engine.reconnectAll();
    await until(
      (now) =>
        allIdleAgain(before)(now) &&
        now.totals.resumed + now.totals.full + now.totals.off ===
          resumed + full + off + before.connections.length,
    );
  }
}

async function checkServer({ engine, until }: Followed, account: AccountId): Promise<void> {
  const { id } = await engine.checkAccountServer(account);
  await until(({ checks }) =>
    checks.some((check) => check.id === id && check.state.kind === 'done'),
  );
}

/** Counters, history and export say the same. */
async function expectAgreement({ engine, state }: Followed): Promise<void> {
  const { savedMs, savedBasis, savedBytes, resumed } = state().totals;
  const saved = { savedMs, savedBasis, savedBytes, resumed };
  const view = await engine.getHistory(DAY);
  expect(view.totals).toMatchObject(saved);
  const json = await engine.exportHistory({ ...DAY, format: 'json' });
  expect((JSON.parse(json.text) as { totals: unknown }).totals).toMatchObject(saved);
}

describe('what reuse saved', () => {
  it('is open until five of each are known, which a check brings, also for the time before it', async () => {
    const imap = await server({ protocol: 'TLSv1.3' });
    const dataDir = await folder();
    const first = await start(dataDir);
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until((state) => allIdle(1)(state) && state.totals.full === 1);
    await reconnect(first, 6);
    expect(first.state().totals).toMatchObject({
      savedMs: 0,
      savedBasis: { counted: 0, uncounted: 6 },
      // The first one of this process is no measure.
      unmeasured: { accountId: id, full: 0 },
    });
    expect(first.state().totals.savedBytes).toBeGreaterThan(6 * 300);
    await expectAgreement(first);

    await checkServer(first, id);
    const { totals } = first.state();
    expect(totals.unmeasured).toBeNull();
    expect(totals.savedBasis).toMatchObject({ counted: 6, uncounted: 0, full: 5 });
    expect(totals.savedBasis.resumed).toBeGreaterThanOrEqual(6 + 8);
    expect(totals.savedBasis.lowMs).toBeLessThanOrEqual(totals.savedBasis.highMs);
    await expectAgreement(first);
    await first.app.close();

    // It is known in the next run as well.
    const second = await start(dataDir);
    await second.until((state) => allIdle(1)(state) && state.totals.full === 2);
    await reconnect(second);
    expect(second.state().totals.savedBasis).toMatchObject({ counted: 7, uncounted: 0, full: 5 });
    await expectAgreement(second);
  });

  it('needs no check where reuse was off for a while: those are full handshakes, too', async () => {
    const imap = await server({ protocol: 'TLSv1.2' });
    const program = await start(await folder());
    const { id } = await program.engine.addAccount(inputFor(imap));
    await program.until(allIdle(1));
    await program.engine.setReuse(id, false);
    await reconnect(program, 5);
    await program.engine.setReuse(id, true);
    await reconnect(program, 6);
    expect(program.state().totals).toMatchObject({
      off: 5,
      resumed: 5,
      savedBasis: { counted: 5, uncounted: 0, full: 6, resumed: 5 },
      unmeasured: null,
    });
    await expectAgreement(program);
  });

  it('does not follow from a check of before the certificate, or of another network', async () => {
    const imap = await server({ protocol: 'TLSv1.3' });
    const machine = new TestMachine('192.168.1.23');
    const program = await start(await folder(), { machine, power: machine.power });
    const { id } = await program.engine.addAccount(inputFor(imap, { host: '0.0.0.0' }));
    await program.until(allIdle(1));
    await reconnect(program, 2);
    await checkServer(program, id);
    expect(program.state().totals.savedBasis).toMatchObject({ counted: 2, uncounted: 0 });

    await imap.setCertificate('valid');
    imap.forgetSessions();
    await program.engine.forgetSessions(id);
    await reconnect(program, 3);
    expect(program.state().totals).toMatchObject({
      savedBasis: { counted: 2, uncounted: 2 },
      unmeasured: { accountId: id, full: 1 },
    });

    const before = program.state();
    machine.power.emit('suspend');
    machine.has('10.20.30.40');
    machine.power.emit('resume');
    await program.until(allIdleAgain(before));
    await checkServer(program, id);
    await reconnect(program, 2);
    // Of the two networks and certificates only those count that were measured.
    const { savedBasis, unmeasured } = program.state().totals;
    expect(unmeasured).toMatchObject({ accountId: id });
    expect(savedBasis.uncounted).toBe(2);
    expect(savedBasis.counted).toBeGreaterThanOrEqual(4);
    await expectAgreement(program);
  });
});
