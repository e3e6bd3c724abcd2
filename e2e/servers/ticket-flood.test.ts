import { describe, expect, it } from 'vitest';
import { TestSupervisor } from '../../electron/core/connections/testing/supervisor.ts';
import { createAuthority, startImapServer } from '../../electron/core/demo/testing/index.ts';
import { startTicketServer } from '../fixtures/servers/ticket-server.ts';

describe('a server that sends 50,000 tickets in a handshake', () => {
  it('is left after the first hundred', async () => {
    const authority = await createAuthority();
    await using trusted = await startImapServer({ authority });
    await using flooding = await startTicketServer(await authority.issue(), 50_000);
    await using watched = new TestSupervisor();
    watched.watch(trusted, { port: flooding.port });
    const { problem } = await watched.state('retrying');
    expect(problem).toMatchObject({
      code: 'flooding',
      message: expect.stringContaining('far more'),
    });
    expect(watched.attempts[0]?.ticketsReceived).toBeLessThanOrEqual(101);
    expect(watched.sessions.held().length).toBeLessThanOrEqual(8);
  });
});
