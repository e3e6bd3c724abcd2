import { describe, expect, it } from 'vitest';
import { HeldSession, lifetimeMs } from './held-session.ts';
import { readSession, type SessionFacts } from '../session-format.ts';
import { BORINGSSL_SESSIONS } from '../testing/session-fixtures.ts';

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;

function facts(timeout: number | null, lifetimeHint: number | null): SessionFacts {
  return { protocol: null, hasTicket: true, timeout, lifetimeHint };
}

describe('the lifetime of a session', () => {
  it.each([
    ['what the server said', 604_800, 300, 300 * SECOND],
    ['what it said, though OpenSSL gives it two hours', 7200, 172_800, 2 * DAY],
    ['never more than seven days', 604_800, 2 ** 32 - 1, 7 * DAY],
    ['nothing for a hint of zero', 604_800, 0, 0],
    ['nothing where OpenSSL left the hint out, which it does for zero', 604_800, null, 0],
  ])('under TLS 1.3 is %s', (_, timeout, hint, expected) => {
    expect(lifetimeMs(facts(timeout, hint), 'TLSv1.3', false)).toBe(expected);
  });

  it.each(BORINGSSL_SESSIONS)(
    'in BoringSSL under $protocol is what the server said, $lifetime s, as far as it tells',
    ({ protocol, hasTicket, lifetime, session }) => {
      const longest = protocol === 'TLSv1.3' ? 2 * DAY : DAY;
      const expected = hasTicket ? Math.min(lifetime * SECOND, longest) : 7200 * SECOND;
      expect(lifetimeMs(readSession(session), protocol, true)).toBe(expected);
    },
  );

  it.each([
    ['two hours for a hint of zero, which is unspecified', 604_800, 0, 7200 * SECOND],
    ['two hours without a hint', 604_800, null, 7200 * SECOND],
    ['what the server said', 7200, 50_000, 50_000 * SECOND],
    ['what it said, where that is short', 604_800, 300, 300 * SECOND],
    ['never more than a day', 604_800, 604_800, DAY],
  ])('under TLS 1.2 is %s', (_, timeout, hint, expected) => {
    for (const isBoringSsl of [false, true]) {
      expect(lifetimeMs(facts(timeout, hint), 'TLSv1.2', isBoringSsl)).toBe(expected);
    }
  });

  it('of an unknown format is two hours', () => {
    expect(lifetimeMs(null, 'TLSv1.3', false)).toBe(7200 * SECOND);
  });
});

describe('a held session', () => {
  const receivedAt = 1_000 * DAY;
  const session = new HeldSession(Buffer.from('secret'), {
    root: {
      fullHandshakeAt: receivedAt - DAY,
      certificate: {
        subject: 'CN=a',
        issuer: 'CN=b',
        names: ['DNS:a.example'],
        validFromAt: receivedAt - 30 * DAY,
        validToAt: receivedAt + 30 * DAY,
        fingerprint256: 'AA',
        verifiedAt: receivedAt - DAY,
      },
      identity: {
        subject: { CN: ['a'], C: [], ST: [], L: [], O: [], OU: [] },
        subjectaltname: 'DNS:a.example',
      },
      validity: { fromAt: receivedAt - 30 * DAY, toAt: receivedAt + 30 * DAY },
      hangsOn: ['AA'],
      fitsName: null,
      resumptions: 0,
    },
    connection: null,
    family: { dropped: false },
    protocol: 'TLSv1.3',
    mechanism: 'tls13-ticket',
    receivedAt,
    expiresAt: receivedAt + DAY,
  });

  it.each([
    ['is good from the moment it was received', 0, 7 * DAY, false],
    ['is good until just before it expires', DAY - 1, 7 * DAY, false],
    ['has expired when its time is up', DAY, 7 * DAY, true],
    ['has expired when the clock went back before it was received', -1, 7 * DAY, true],
    ['has expired when its full handshake is as old as the account allows', 0, DAY, true],
  ])('%s', (_, offset, maxAgeMs, expected) => {
    expect(session.isExpired(receivedAt + offset, maxAgeMs)).toBe(expected);
  });

  it('is for the names of its certificate only', () => {
    expect(session.fits('a.example', { pin: null, trusts: () => true })).toBe(true);
    expect(session.fits('b.example', { pin: null, trusts: () => true })).toBe(false);
  });

  it('is for nobody who does not trust what it hangs on', () => {
    const others = { pin: null, trusts: (all: readonly string[]) => !all.includes('AA') };
    expect(session.fits('a.example', others)).toBe(false);
  });
});
