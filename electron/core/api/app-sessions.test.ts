import { describe, expect, it } from 'vitest';
import type { HeldSessionsId } from '../../../shared/model.ts';
import { allIdle, folder, inputFor, server, start } from './testing/engine.ts';

describe('the sessions that are held', () => {
  it('are shown by server and account, with the mailbox that they came to, and no byte of them', async () => {
    const imap = await server();
    const { engine, until, received } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap));
    const { heldSessions } = await until(
      (state) => allIdle(1)(state) && state.heldSessions.some(({ endsAt }) => endsAt.length > 1),
    );
    expect(heldSessions).toMatchObject([
      {
        accountId: id,
        port: imap.port,
        security: 'tls',
        mechanism: 'tls13-ticket',
        issuedTo: 'INBOX',
        resumptions: 0,
      },
    ]);
    // Numbers and names only: nothing in it is long enough for a secret.
    const texts = JSON.stringify(heldSessions).match(/"[^"]*"/g) ?? [];
    expect(Math.max(...texts.map((text) => text.length))).toBeLessThan(40);
    expect(received.length).toBeGreaterThan(0);
  });

  it('are forgotten by server or all at once; how many is said, and the list is empty', async () => {
    const [imap, other] = [await server(), await server()];
    const { engine, until, state } = await start(await folder());
    await engine.addAccount(inputFor(imap));
    const { id } = await engine.addAccount(inputFor(other, { label: 'Other' }));
    await until(({ heldSessions }) => heldSessions.length === 2);
    const first = state().heldSessions.find(({ accountId }) => accountId !== id);
    const forgotten = await engine.forgetHeldSessions(first?.id ?? ('' as HeldSessionsId));
    expect(forgotten.forgotten).toBeGreaterThan(0);
    const { heldSessions } = await until((now) => now.heldSessions.length === 1);
    expect(heldSessions[0]?.accountId).toBe(id);

    expect((await engine.forgetAllSessions()).forgotten).toBeGreaterThan(0);
    await until((now) => now.heldSessions.length === 0);
    expect(await engine.forgetAllSessions()).toEqual({ forgotten: 0 });
    expect(await engine.forgetHeldSessions('gone' as HeldSessionsId)).toEqual({ forgotten: 0 });
  });

  it('go from sight with their account', async () => {
    const imap = await server();
    const { engine, until } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap));
    await until(({ heldSessions }) => heldSessions.length === 1);
    await engine.removeAccount(id);
    const after = await until(({ accounts }) => accounts.length === 0);
    expect(after.heldSessions).toEqual([]);
  });
});
