import { assert, nat, property, uint8Array } from 'fast-check';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { startImapServer } from '../demo/testing/index.ts';
import {
  BORINGSSL_SESSIONS,
  element,
  sessionDer,
  TLS12,
  TLS13,
  wrapSession,
} from './testing/session-fixtures.ts';
import { BORINGSSL_LONGEST, readSession, readTicket } from './session-format.ts';

const OPENSSL_TLS13 = { 1: 1_700_000_000, 2: 7200, 9: 86_400, 10: 'ticket' };

describe('reading a session', () => {
  it("reads OpenSSL's structure, bare and wrapped", () => {
    const der = sessionDer(TLS13, OPENSSL_TLS13);
    const facts = {
      protocol: 'TLSv1.3',
      hasTicket: true,
      timeout: 7200,
      lifetimeHint: 86_400,
    };
    expect(readSession(der)).toEqual(facts);
    expect(readSession(wrapSession(der, 'imap.example.org'))).toEqual(facts);
  });

  it.each(BORINGSSL_SESSIONS)(
    "reads BoringSSL's structure under $protocol, of a server that says $lifetime s",
    ({ protocol, hasTicket, lifetime, session }) => {
      const isNew = protocol === 'TLSv1.3';
      const facts = {
        protocol,
        hasTicket,
        // Under TLS 1.2 it gives each session two hours, and remembers the hint.
        timeout: isNew ? Math.min(lifetime, BORINGSSL_LONGEST) : 7200,
        lifetimeHint: isNew || !hasTicket ? null : lifetime,
      };
      expect(readSession(session)).toEqual(facts);
      expect(readSession(wrapSession(session, 'imap.example.org'))).toEqual(facts);
      expect(readTicket(session) !== null).toBe(hasTicket);
    },
  );

  it('tells a session ID from a ticket', () => {
    expect(readSession(sessionDer(TLS12, { 1: 1, 2: 300 }))?.hasTicket).toBe(false);
    expect(readSession(sessionDer(TLS12, { 1: 1, 2: 300, 10: 'ticket' }))?.hasTicket).toBe(true);
  });

  it('reads the largest lifetime that a server can state', () => {
    const largest = 2 ** 32 - 1;
    expect(readSession(sessionDer(TLS13, { 2: 7200, 9: largest, 10: 't' }))?.lifetimeHint).toBe(
      largest,
    );
  });

  it('steps over a certificate and over fields that it does not know', () => {
    const der = sessionDer(TLS12, { 2: 300, 29: 'new', 10: 't' }, new Uint8Array(70_000));
    expect(readSession(der)).toMatchObject({ timeout: 300, hasTicket: true });
  });

  it('gives the ticket as the server sent it, and none for a session ID', () => {
    const der = sessionDer(TLS13, OPENSSL_TLS13);
    expect(readTicket(wrapSession(der, 'imap.example.org'))?.toString()).toBe('ticket');
    expect(readTicket(sessionDer(TLS12, { 1: 1, 2: 300 }))).toBeNull();
    expect(readTicket(Buffer.from('a ticket'))).toBeNull();
  });

  it.each([
    ['with something behind it', (der: Buffer) => Buffer.concat([der, Buffer.of(0)])],
    ['cut short', (der: Buffer) => der.subarray(0, -1)],
    ['of no known length (BER)', (der: Buffer) => Buffer.concat([Buffer.of(0x30, 0x80), der])],
    // DER has one way to write a length; here it has an octet too many.
    ['with a length not in its shortest form', (der: Buffer) => longer(der)],
    ['without a version', () => element(0x30, element(0x02, Buffer.of(1)))],
    ['that is no SEQUENCE', (der: Buffer) => element(0x31, der)],
  ])('takes a session %s as opaque', (_, change) => {
    const der = sessionDer(TLS13, OPENSSL_TLS13);
    expect(readSession(der)).not.toBeNull();
    expect(readSession(change(der))).toBeNull();
  });

  it.each([
    ['negative', element(0x02, Buffer.of(0x80))],
    ['empty', element(0x02)],
    ['padded', element(0x02, Buffer.of(0, 1))],
    ['too large', element(0x02, Buffer.alloc(6, 1))],
    ['not a number', element(0x04, Buffer.of(1))],
    ['two', Buffer.concat([element(0x02, Buffer.of(1)), element(0x02, Buffer.of(1))])],
  ])('says nothing of a lifetime that is %s', (_, value) => {
    const fields = [element(0x02, Buffer.of(1)), element(0x02, Buffer.of(3, 4))];
    const der = element(0x30, ...fields, element(0xa9, value));
    expect(readSession(der)).toMatchObject({ protocol: 'TLSv1.3', lifetimeHint: null });
  });

  it('reads what this Node gives', async () => {
    await using server = await startImapServer({ protocol: 'TLSv1.2' });
    const socket = connect({ port: server.port, servername: 'localhost', ca: server.caPem });
    const [session] = (await once(socket, 'session')) as [Buffer];
    socket.destroy();
    expect(readSession(session)).toMatchObject({ protocol: 'TLSv1.2', hasTicket: true });
  });

  it('takes any other bytes as opaque: never throws', () => {
    assert(
      property(uint8Array({ maxLength: 400 }), (bytes) => {
        expect(readSession(bytes)).toBeNull();
      }),
    );
  });

  it('survives a session that was damaged anywhere', () => {
    const whole = wrapSession(sessionDer(TLS13, OPENSSL_TLS13), 'imap.example.org');
    assert(
      property(nat(whole.length - 1), nat(255), nat(whole.length), (at, octet, end) => {
        const damaged = Buffer.from(whole);
        damaged[at] = octet;
        for (const bytes of [damaged, whole.subarray(0, end)]) {
          const { timeout = null } = readSession(bytes) ?? {};
          expect(timeout === null || Number.isSafeInteger(timeout)).toBe(true);
        }
      }),
    );
  });
});

/** The same structure, its length in two octets where one would do. */
function longer(der: Buffer): Buffer {
  return Buffer.concat([Buffer.of(0x30, 0x81), der.subarray(1)]);
}
