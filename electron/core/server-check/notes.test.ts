import { describe, expect, it } from 'vitest';
import type { CheckTarget } from '../../../shared/check.ts';
import type { CheckEvidence } from './evidence.ts';
import { notesOf } from './notes.ts';
import { rowEvidence as row, seen } from './testing/evidence.ts';

const target: CheckTarget = {
  protocol: 'imap',
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  servername: null,
};
const DAY_S = 86_400;
const NOW = Date.UTC(2026, 0, 1);

const notes = (evidence: Partial<CheckEvidence>) =>
  notesOf(
    {
      rows: [],
      acrossAddresses: [],
      software: null,
      certificates: [],
      startedAt: NOW,
      ...evidence,
    },
    target,
  );
const ids = (evidence: Partial<CheckEvidence>) => notes(evidence).map(({ id }) => id);
/** Tickets, each by its connection and the name of its key. */
const tickets = (...keys: readonly [connection: number, keyName: string][]) =>
  keys.map(([connection, keyName]) => seen({ connection, keyName }));
const refusing = (sessions: ReturnType<typeof tickets>) =>
  row({ attempts: 4, resumed: 0, sessions });

describe('notes on lifetimes', () => {
  it.each([
    [7 * DAY_S + 1, ['lifetime-over-7-days']],
    [7 * DAY_S, ['lifetime-over-1-day']],
    [DAY_S, []],
    [0, ['lifetime-0']],
    [null, []],
  ])('of %s s are %j', (lifetimeSeconds, expected) => {
    expect(ids({ rows: [row({ sessions: [seen({ lifetimeSeconds })] })] })).toEqual(expected);
  });

  it('ignore what a renewed ticket says', () => {
    const sessions = [seen(), seen({ onResumption: true, lifetimeSeconds: 0 })];
    expect(ids({ rows: [row({ sessions })] })).toEqual([]);
  });
});

describe('notes on tickets', () => {
  it('name stateful ones by their size', () => {
    expect(ids({ rows: [row({ sessions: [seen({ ticketBytes: 32, keyName: null })] })] })).toEqual([
      'stateful-tickets',
    ]);
  });

  it('tell a Dovecot with a process for each login by its keys', () => {
    const rows = [refusing(tickets([1, 'a'], [1, 'a'], [2, 'b'], [2, 'b'], [3, 'c'], [3, 'c']))];
    const [note] = notes({ rows, software: 'Dovecot' });
    expect(note).toMatchObject({ id: 'dovecot-one-process-per-login', confidence: 'likely' });
    expect(note?.advice?.configuration).toContain('service imap-login {');
    expect(note?.advice?.configuration).toContain('service_count = 0');
    expect(note?.advice?.cost).toContain('Isolation');
    expect(notes({ rows })[0]).toMatchObject({ id: 'several-ticket-keys', confidence: 'likely' });
  });

  it('tell several processes by keys that come back', () => {
    const rows = [refusing(tickets([1, 'a'], [2, 'b'], [3, 'a'], [4, 'b']))];
    expect(notes({ rows, software: 'Dovecot' })).toMatchObject([
      { id: 'several-ticket-keys', confidence: 'measured' },
    ]);
  });

  it('guess several processes where tickets name no keys and some resume', () => {
    const sessions = tickets([1, 'a'], [2, 'b'], [3, 'c']);
    expect(notes({ rows: [row({ attempts: 4, resumed: 2, sessions })] })).toMatchObject([
      { id: 'several-ticket-keys', confidence: 'likely' },
    ]);
  });

  it('say nothing of keys where everything resumes', () => {
    const sessions = tickets([1, 'a'], [2, 'b'], [3, 'a']);
    expect(ids({ rows: [row({ attempts: 4, resumed: 4, sessions })] })).toEqual([]);
  });

  it('say nothing of keys where everything is refused under one key', () => {
    expect(ids({ rows: [refusing(tickets([1, 'a'], [2, 'a'], [3, 'a']))] })).toEqual([]);
  });
});

const certificate = {
  subject: 'CN=imap.example.org',
  issuer: 'CN=CA',
  names: ['DNS:imap.example.org'],
  validFromAt: 0,
  validToAt: NOW + 30 * DAY_S * 1000,
  fingerprint256: 'AA',
};
const shown = (address: string) => ({
  address,
  certificate: { ...certificate, fingerprint256: address },
});

describe('notes on addresses', () => {
  const across = {
    from: '192.0.2.1',
    to: '192.0.2.2',
    protocol: 'TLSv1.3',
    mechanism: 'ticket',
  } as const;
  const other = row({ address: '192.0.2.2', attempts: 4, resumed: 4 });

  it('tell that sessions are not shared', () => {
    expect(ids({ rows: [other], acrossAddresses: [{ ...across, resumed: false }] })).toEqual([
      'not-shared-between-addresses',
    ]);
  });

  it('do not, where the other address resumes its own only now and then', () => {
    const rows = [{ ...other, resumed: 2 }];
    expect(ids({ rows, acrossAddresses: [{ ...across, resumed: false }] })).not.toContain(
      'not-shared-between-addresses',
    );
  });

  it('tell of two certificates behind one ticket key', () => {
    const certificates = [shown(across.from), shown(across.to)];
    expect(ids({ certificates, acrossAddresses: [{ ...across, resumed: true }] })).toEqual([
      'certificate-trouble',
    ]);
  });
});

describe('notes on certificates and contexts', () => {
  it('tell of tickets that outlive the certificate', () => {
    const ending = { ...certificate, validToAt: NOW + 3_600_000 };
    const address = '192.0.2.1';
    expect(ids({ rows: [row()], certificates: [{ address, certificate: ending }] })).toEqual([
      'certificate-trouble',
    ]);
    expect(ids({ rows: [row()], certificates: [{ address, certificate }] })).toEqual([]);
  });

  it('tell of handshakes that break over sessions', () => {
    expect(ids({ rows: [row({ attempts: 3, broken: 3 })] })).toEqual([
      'session-id-context-missing',
    ]);
  });
});
