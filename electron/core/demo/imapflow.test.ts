/** The servers in the hands of the client that Reprise uses. */
import { once } from 'node:events';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { describe, expect, test } from 'vitest';
import type { ImapServer } from './testing/index.ts';
import { startImapServer } from './testing/index.ts';
import { fault } from './testing/index.ts';

function clientOf(server: ImapServer, options: Partial<ImapFlowOptions> = {}): ImapFlow {
  const { host, port, servername, security, user, password, caPem } = server;
  return new ImapFlow({
    host,
    port,
    servername,
    ...(security === 'tls' ? { secure: true } : { secure: false, doSTARTTLS: true }),
    tls: { ca: caPem },
    auth: { user, pass: password },
    logger: false,
    ...options,
  });
}

describe.each(['tls', 'starttls'] as const)('imapflow over %s', (security) => {
  test('signs in, lists, selects, sees messages come and go while it idles, logs out', async () => {
    await using server = await startImapServer({
      security,
      mailboxes: { INBOX: 3, Archive: 5 },
    });
    const client = clientOf(server);
    await client.connect();
    expect(client.secureConnection).toBe(true);

    const listed = await client.list({ statusQuery: { messages: true } });
    expect(
      listed.map(({ path, specialUse, status }) => [path, specialUse, status?.messages]),
    ).toEqual([
      ['INBOX', String.raw`\Inbox`, 3],
      ['Archive', String.raw`\Archive`, 5],
    ]);
    expect(await client.mailboxOpen('INBOX')).toMatchObject({ path: 'INBOX', exists: 3 });
    const idle = client.idle();
    await server.until(({ idling }) => idling.includes('INBOX'));

    const exists = once(client, 'exists');
    server.mail.deliver('INBOX');
    expect(await exists).toEqual([{ path: 'INBOX', count: 4, prevCount: 3 }]);
    const expunge = once(client, 'expunge');
    server.mail.expunge('INBOX');
    expect(await expunge).toMatchObject([{ path: 'INBOX', seq: 1 }]);

    expect(await client.status('Archive', { messages: true })).toMatchObject({ messages: 5 });
    await idle;
    await client.logout();
    await server.until(({ open }) => open === 0);
    expect(server.commands).toContain('LOGOUT');
    expect(server.stats()).toEqual({ connections: 1, full: 1, resumed: 0, offered: 0, failed: 0 });
    // None of its commands was beyond the responder.
    expect(server.loginAttempts).toEqual([{ user: server.user, ok: true }]);
  });

  test('is told of a wrong password', async () => {
    await using server = await startImapServer({ security });
    const client = clientOf(server, { auth: { user: server.user, pass: 'wrong' } });
    await expect(client.connect()).rejects.toMatchObject({
      authenticationFailed: true,
      serverResponseCode: 'AUTHENTICATIONFAILED',
    });
  });

  test('is told of a mailbox that is not there', async () => {
    await using server = await startImapServer({ security });
    const client = clientOf(server);
    await client.connect();
    await expect(client.mailboxOpen('Nope')).rejects.toMatchObject({
      serverResponseCode: 'NONEXISTENT',
    });
    await client.logout();
  });
});

test('imapflow sees what was injected behind STARTTLS', async () => {
  await using server = await startImapServer({
    security: 'starttls',
    script: { injectAfterStarttls: '* CAPABILITY IMAP4rev1\r\n' },
  });
  await expect(clientOf(server).connect()).rejects.toMatchObject({ code: 'STARTTLS_INJECTION' });
});

test('imapflow gives up where STARTTLS is not offered', async () => {
  await using server = await startImapServer({
    security: 'starttls',
    script: { hideStarttls: true },
  });
  await expect(clientOf(server).connect()).rejects.toThrow(/STARTTLS/);
  expect(server.loginAttempts).toEqual([]);
});

test('imapflow is told of a BYE greeting', async () => {
  await using server = await startImapServer({
    script: { greeting: fault.bye('Too many connections') },
  });
  const client = clientOf(server);
  await expect(client.connect()).rejects.toMatchObject({ reason: 'Too many connections' });
});
