import { describe, expect, it } from 'vitest';
import type { CheckTarget } from '../../../shared/check.ts';
import { CheckFailure } from './check-failure.ts';
import { FORM_WAYS, problemOf, type CheckWays } from './check-words.ts';

const target: CheckTarget = {
  protocol: 'imap',
  host: 'mail.example.org',
  port: 993,
  security: 'tls',
  servername: null,
};

/** What is said of each failure that another check may help. */
const HELPED = [
  ['an unknown authority', new CheckFailure('certificate', 'tls', { code: 'SELF_SIGNED' })],
  ['another name', new CheckFailure('certificate', 'tls', { code: 'HOSTNAME_MISMATCH' })],
  ['plain text', new CheckFailure('not-tls', 'tls')],
  ['a handshake that does not end', new CheckFailure('timeout', 'tls', { limitMs: 8000 })],
] as const;

/** As on a command line. */
const OTHER_WAYS: CheckWays = {
  starttls: 'use --starttls',
  servername: 'give --servername NAME',
  caFile: 'give --ca FILE',
};

const said = (failure: CheckFailure, ways: CheckWays) =>
  problemOf(failure, target, { ways, at: 0 }).message;

describe('a problem that another check may help, which is', () => {
  it.each(HELPED)('%s, is told to the interface by what is on its screen', (_what, failure) => {
    expect(said(failure, FORM_WAYS)).toMatch(
      /“CA certificate file”|“Server name for the certificate”|choose STARTTLS\./,
    );
    expect(said(failure, FORM_WAYS)).not.toContain('--');
  });

  it.each(HELPED)('%s, is told elsewhere in the words of that place', (_what, failure) => {
    expect(said(failure, OTHER_WAYS)).toMatch(/ (use|give) --(starttls|servername NAME|ca FILE)\./);
    expect(said(failure, OTHER_WAYS)).not.toMatch(/“|choose/);
  });
});

describe('a server with an IPv6 address', () => {
  it('is written as people write it with a port', () => {
    const { message } = problemOf(
      new CheckFailure('complaint', 'greeting'),
      { ...target, host: '2001:db8::1' },
      { ways: FORM_WAYS, at: 0 },
    );
    expect(message).toContain('[2001:db8::1]:993');
  });
});
