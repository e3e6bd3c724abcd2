/** What the servers issue and take up, as a plain TLS client sees it, and as they count it. */
import { describe, expect, test } from 'vitest';
import type { TlsProtocol } from '../../../shared/model.ts';
import type { ImapServer } from './testing/index.ts';
import { type ImapServerOptions, startImapServer } from './testing/index.ts';
import { visit, type Visit, visitError } from './testing/client.ts';

const PROTOCOLS: readonly TlsProtocol[] = ['TLSv1.2', 'TLSv1.3'];

/** Three visits, each offering the newest session that the ones before it brought. */
async function threeVisits(server: ImapServer): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (let count = 0; count < 3; count += 1) {
    const session = visits.flatMap(({ sessions }) => sessions).at(-1);
    visits.push(await visit(server, session === undefined ? {} : { session }));
  }
  return visits;
}

async function resumedAndIssued(options: ImapServerOptions): Promise<[boolean, number][]> {
  await using server = await startImapServer(options);
  const visits = await threeVisits(server);
  return visits.map(({ resumed, sessions }) => [resumed, sessions.length]);
}

describe('tickets', () => {
  test('TLS 1.3: two with a full handshake, one more with each resumption', async () => {
    expect(await resumedAndIssued({ protocol: 'TLSv1.3' })).toEqual([
      [false, 2],
      [true, 1],
      [true, 1],
    ]);
  });

  test('TLS 1.3 without renewal: none with a resumption', async () => {
    expect(await resumedAndIssued({ protocol: 'TLSv1.3', renewTickets: false })).toEqual([
      [false, 2],
      [true, 0],
      [true, 0],
    ]);
  });

  test('TLS 1.2: one with the full handshake, taken up again and again', async () => {
    expect(await resumedAndIssued({ protocol: 'TLSv1.2', renewTickets: false })).toEqual([
      [false, 1],
      [true, 0],
      [true, 0],
    ]);
  });

  test.for(PROTOCOLS)('%s: none is taken up after the server forgot', async (protocol) => {
    await using server = await startImapServer({ protocol });
    const { sessions } = await visit(server);
    server.forgetSessions();
    const [session] = sessions;
    const again = await visit(server, session === undefined ? {} : { session });
    expect(again.resumed).toBe(false);
    expect(server.stats()).toMatchObject({ full: 2, resumed: 0, offered: 1 });
  });

  test('they outlive a new certificate and a stop', async () => {
    await using server = await startImapServer();
    const [session] = (await visit(server)).sessions;
    await server.setCertificate('valid');
    const { port } = server;
    await server.stop();
    expect(await visitError(server)).toBe('ECONNREFUSED');
    await server.start();
    expect(server.port).toBe(port);
    expect((await visit(server, session === undefined ? {} : { session })).resumed).toBe(true);
  });

  test('they state the lifetime asked for', async () => {
    await using server = await startImapServer({ protocol: 'TLSv1.2', lifetimeSeconds: 4321 });
    const [session] = (await visit(server)).sessions;
    // [9] EXPLICIT INTEGER, the hint, as OpenSSL writes it.
    expect(session?.includes(Buffer.from([0xa9, 4, 2, 2, 0x10, 0xe1]))).toBe(true);
  });
});

describe('session IDs', () => {
  test('one with the full handshake, taken up again and again', async () => {
    expect(await resumedAndIssued({ sessions: 'session-ids' })).toEqual([
      [false, 1],
      [true, 0],
      [true, 0],
    ]);
  });

  test('offers are known by what was issued, also once it is forgotten', async () => {
    await using server = await startImapServer({ sessions: 'session-ids' });
    const [session] = (await visit(server)).sessions;
    if (session === undefined) throw new Error('no session came');
    expect(server.offers).toEqual([]);
    server.forgetSessions();
    expect((await visit(server, { session })).resumed).toBe(false);
    expect(server.offers).toEqual([{ mechanism: 'session-id', sha256: expect.any(String) }]);
  });

  test('are not to be had under TLS 1.3', async () => {
    await expect(startImapServer({ sessions: 'session-ids', protocol: 'TLSv1.3' })).rejects.toThrow(
      RangeError,
    );
  });
});

describe('refusing and issuing nothing', () => {
  test.for(PROTOCOLS)('%s: a fresh key issues tickets and takes none up', async (protocol) => {
    await using server = await startImapServer({ protocol, sessions: 'fresh-key' });
    const visits = await threeVisits(server);
    expect(visits.map(({ resumed }) => resumed)).toEqual([false, false, false]);
    expect(visits.every(({ sessions }) => sessions.length > 0)).toBe(true);
    expect(server.stats()).toEqual({ connections: 3, full: 3, resumed: 0, offered: 2, failed: 0 });
  });

  test.for(PROTOCOLS)('%s: "none" leaves the client with nothing to offer', async (protocol) => {
    await using server = await startImapServer({ protocol, sessions: 'none' });
    const visits = await threeVisits(server);
    expect(visits.flatMap(({ sessions }) => sessions)).toEqual([]);
    expect(server.stats()).toEqual({ connections: 3, full: 3, resumed: 0, offered: 0, failed: 0 });
  });
});

describe('what the server counts', () => {
  test('each offer by its mechanism and hash, so that a second use is seen', async () => {
    await using server = await startImapServer({ protocol: 'TLSv1.3' });
    const [first, second] = (await visit(server)).sessions;
    if (first === undefined || second === undefined) throw new Error('two tickets were expected');
    for (const session of [first, second, first]) await visit(server, { session });
    const hashes = server.offers.map(({ sha256 }) => sha256);
    expect(server.offers.map(({ mechanism }) => mechanism)).toEqual(
      Array.from({ length: 3 }, () => 'tls13-ticket'),
    );
    expect(hashes[2]).toBe(hashes[0]);
    expect(hashes[1]).not.toBe(hashes[0]);
    expect(server.stats()).toEqual({ connections: 4, full: 1, resumed: 3, offered: 3, failed: 0 });
  });

  test('a TLS 1.2 ticket offered where TLS 1.3 comes about is an offer, and no resumption', async () => {
    await using server = await startImapServer();
    const [session] = (await visit(server, { maxVersion: 'TLSv1.2' })).sessions;
    if (session === undefined) throw new Error('no ticket came');
    expect((await visit(server, { session })).resumed).toBe(false);
    expect(server.offers.map(({ mechanism }) => mechanism)).toEqual(['tls12-ticket']);
  });

  test('a handshake that does not come about has failed', async () => {
    await using server = await startImapServer({ protocol: 'TLSv1.3' });
    await visitError(server, { maxVersion: 'TLSv1.2' });
    await server.until(({ open }) => open === 0);
    expect(server.stats()).toEqual({ connections: 1, full: 0, resumed: 0, offered: 0, failed: 1 });
  });

  test('a client that leaves over the certificate sends nothing', async () => {
    await using server = await startImapServer({ certificate: 'expired' });
    await visitError(server);
    await server.until(({ open }) => open === 0);
    const { full, failed } = server.stats();
    expect(full + failed).toBe(1);
    expect(server.commands).toEqual([]);
  });
});
