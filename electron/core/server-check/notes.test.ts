import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CheckNote, CheckTarget, NoteId } from '../../../shared/check.ts';
import {
  NOTHING_SEEN,
  ROWS,
  ticketKeysOf,
  type CheckEvidence,
  type RowEvidence,
} from './evidence.ts';
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
      isBoringSsl: false,
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
    [600, []],
    [599, ['lifetime-short']],
    [1, ['lifetime-short']],
    [0, ['lifetime-0']],
    [null, []],
  ])('of %s s are %j', (lifetimeSeconds, expected) => {
    expect(ids({ rows: [row({ sessions: [seen({ lifetimeSeconds })] })] })).toEqual(expected);
  });

  it.each([
    ['TLSv1.3', 172_800, true, true],
    ['TLSv1.3', 100_000, true, false],
    ['TLSv1.3', 172_800, false, false],
    ['TLSv1.2', 172_800, true, false],
  ] as const)(
    'under %s of %d s, with BoringSSL: %s, may be longer: %s',
    (protocol, lifetimeSeconds, isBoringSsl, expected) => {
      const rows = [row({ protocol, sessions: [seen({ lifetimeSeconds })] })];
      const [note] = notes({ rows, isBoringSsl });
      expect(note?.id).toBe('lifetime-over-1-day');
      expect(note?.evidence.includes('or longer')).toBe(expected);
    },
  );

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

  it('say of stateful ones whether the server keeps what they name', () => {
    const sessions = [seen({ ticketBytes: 32, keyName: null })];
    const sometimes = notes({ rows: [row({ sessions, attempts: 16, resumed: 12 })] });
    expect(sometimes.map(({ id }) => id)).toEqual(['stateful-tickets']);
    expect(sometimes[0]?.evidence).toContain('12 of 16 attempts resumed');
    expect(sometimes[0]?.advice?.text).not.toContain('No change');
    const never = notes({ rows: [row({ sessions, attempts: 16 })], software: 'Exim 4.96' });
    expect(never.map(({ id }) => id)).toEqual(['session-id-not-kept']);
    expect(never[0]?.advice?.configuration).toBe('tls_resumption_hosts = *');
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

  it('do not blame keys for a lifetime that is over at once, nor for refusals under one key', () => {
    const brief = [1, 2, 3].map((connection) =>
      seen({ connection, keyName: String(connection), lifetimeSeconds: 1 }),
    );
    expect(ids({ rows: [row({ attempts: 4, resumed: 2, sessions: brief })] })).toEqual([
      'lifetime-short',
    ]);
    const one = tickets([1, 'a'], [2, 'a'], [3, 'a']);
    expect(ids({ rows: [row({ attempts: 4, resumed: 2, sessions: one })] })).toEqual([]);
  });

  it('do not tell Cyrus to share a key, nor a second Dovecot host to be one process alone', () => {
    const rows = [refusing(tickets([1, 'a'], [2, 'b'], [3, 'a'], [4, 'b']))];
    const adviceTo = (software: string) => notes({ rows, software })[0]?.advice;
    expect(adviceTo('Cyrus IMAP 3.6.1')?.text).toMatch(/no setting for one ticket key.*proxy/);
    expect(adviceTo('Dovecot')?.text).toMatch(/several hosts.*no setting for a key/);
    expect(adviceTo('Postfix')?.text).toMatch(/the same ticket key/);
  });

  it('say nothing of keys where everything is refused under one key', () => {
    expect(ids({ rows: [refusing(tickets([1, 'a'], [2, 'a'], [3, 'a']))] })).toEqual([]);
  });
});

describe('notes on TLS 1.2', () => {
  const newest = row({ sessions: [], attempts: 0 });
  const id = seen({ ticketBytes: null, keyName: null, lifetimeSeconds: null });
  const old = row({ protocol: 'TLSv1.2', attempts: 8, resumed: 8 });
  const idRow = row({
    protocol: 'TLSv1.2',
    mechanism: 'session-id',
    sessions: [id],
    attempts: 8,
    resumed: 0,
  });
  const noTicket = row({ protocol: 'TLSv1.2', sessions: [] });

  it('tell that nothing resumes under the version that clients will speak', () => {
    const [note] = notes({ rows: [newest, old] });
    expect(note).toMatchObject({ id: 'only-under-tls12', confidence: 'measured' });
    expect(note?.evidence).toContain('no ticket came');
    const refusing13 = { ...newest, sessions: tickets([1, 'a'], [2, 'a']), attempts: 8 };
    expect(notes({ rows: [refusing13, old] })[0]?.evidence).toContain('0 of 8 attempts resumed');
  });

  it('do not, where TLS 1.3 is not spoken, or not tested, or resumes somewhere', () => {
    expect(ids({ rows: [{ ...newest, offered: false, samples: [] }, old] })).toEqual([]);
    expect(ids({ rows: [{ ...newest, samples: [] }, old] })).toEqual([]);
    const elsewhere = row({ address: '192.0.2.2', attempts: 8, resumed: 8 });
    expect(ids({ rows: [newest, old, elsewhere] })).toEqual([]);
  });

  it('tell of session IDs that stand for nothing, and what mends it', () => {
    expect(ids({ rows: [newest, noTicket, idRow] })).toEqual(['session-id-not-kept']);
    const [exim] = notes({ rows: [newest, noTicket, idRow], software: 'Exim 4.96' });
    expect(exim?.advice?.configuration).toBe('tls_resumption_hosts = *');
    expect(notes({ rows: [newest, noTicket, idRow] })[0]?.advice?.configuration).toBeNull();
  });

  it('do not, where tickets spare clients the ID, or something else refuses both', () => {
    expect(ids({ rows: [old, idRow] })).toEqual([]);
    const refused = { ...old, resumed: 0, sessions: tickets([1, 'a'], [2, 'a']) };
    expect(ids({ rows: [refused, idRow] })).toEqual([]);
    expect(ids({ rows: [noTicket, { ...idRow, resumed: 1 }] })).toEqual([]);
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

describe('several certificates', () => {
  it('at one address are told, each of them; one at each address is no news', () => {
    const [note, ...more] = notes({
      certificates: [shown('192.0.2.1'), { ...shown('192.0.2.2'), address: '192.0.2.1' }],
    });
    expect(note).toMatchObject({ id: 'several-certificates', confidence: 'measured' });
    expect(note?.evidence).toMatch(/At 192\.0\.2\.1: .*192\.0\.2\.1; .*192\.0\.2\.2\./);
    expect(more).toEqual([]);
    expect(ids({ certificates: [shown('192.0.2.1'), shown('192.0.2.2')] })).toEqual([]);
  });
});

const anySession = fc.record({
  connection: fc.integer({ min: 1, max: 6 }),
  onResumption: fc.boolean(),
  lifetimeSeconds: fc.constantFrom(null, 0, 1, 300, 599, 600, 7200, 100_000, 700_000),
  ticketBytes: fc.constantFrom(32, 64, 192),
  keyName: fc.constantFrom(null, 'a', 'b', 'c', 'd'),
});
const anyId = anySession.map(({ connection, onResumption }) =>
  seen({ connection, onResumption, lifetimeSeconds: null, ticketBytes: null, keyName: null }),
);

/** A row as it may come out, with nothing in it that cannot be. */
const anyRow = (address: string, kind: (typeof ROWS)[number]): fc.Arbitrary<RowEvidence> =>
  fc
    .record({
      offered: fc.boolean(),
      attempts: fc.integer({ min: 0, max: 8 }),
      refused: fc.integer({ min: 0, max: 8 }),
      broken: fc.constantFrom(0, 0, 0, 3),
      sessions: fc.array(kind.mechanism === 'ticket' ? anySession : anyId, { maxLength: 6 }),
    })
    .map(({ offered, attempts, refused, broken, sessions }) => {
      const nothing: RowEvidence = Object.assign({ address }, kind, NOTHING_SEEN, { offered });
      if (!offered) return nothing;
      const { samples } = row();
      if (sessions.length === 0) return Object.assign(nothing, { samples });
      return Object.assign(nothing, {
        samples,
        sessions,
        attempts,
        broken: Math.min(broken, attempts),
        resumed: Math.max(0, attempts - refused - broken),
      });
    });

const anyAddress = fc.constantFrom('192.0.2.1', '192.0.2.2');

/** Anything that a check may have seen. */
const anyEvidence: fc.Arbitrary<CheckEvidence> = fc.record({
  rows: fc.tuple(
    ...['192.0.2.1', '192.0.2.2'].flatMap((at) => ROWS.map((kind) => anyRow(at, kind))),
  ),
  acrossAddresses: fc.array(
    fc.record({
      from: anyAddress,
      to: anyAddress,
      protocol: fc.constantFrom('TLSv1.2' as const, 'TLSv1.3' as const),
      mechanism: fc.constant('ticket' as const),
      resumed: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  software: fc.constantFrom(null, 'Dovecot', 'Exim 4.96', 'Cyrus IMAP 3.6', 'Courier'),
  certificates: fc.uniqueArray(
    fc.record({
      address: anyAddress,
      certificate: fc
        .constantFrom('A', 'B')
        .map((fingerprint256) => Object.assign({}, certificate, { fingerprint256 })),
    }),
    { maxLength: 3, selector: (one) => one.address + one.certificate.fingerprint256 },
  ),
  startedAt: fc.constant(NOW),
  isBoringSsl: fc.boolean(),
});

type Holds = (evidence: CheckEvidence, note: CheckNote) => boolean;
const ticketRows = ({ rows }: CheckEvidence) => rows.filter((one) => one.mechanism === 'ticket');
const hasLifetime =
  (fits: (seconds: number) => boolean): Holds =>
  ({ rows }, { evidence }) => {
    const seconds = Number(/a lifetime of (\d+) s/.exec(evidence)?.[1]);
    const stated = rows.flatMap(({ sessions }) => sessions.map((one) => one.lifetimeSeconds));
    return fits(seconds) && stated.includes(seconds);
  };

/** What must be so where a note is given, whatever else is. */
const WHERE: Readonly<Record<NoteId, Holds>> = {
  'lifetime-over-7-days': hasLifetime((seconds) => seconds > 7 * DAY_S),
  'lifetime-over-1-day': hasLifetime((seconds) => seconds > DAY_S && seconds <= 7 * DAY_S),
  'lifetime-short': hasLifetime((seconds) => seconds > 0 && seconds < 600),
  'lifetime-0': hasLifetime((seconds) => seconds === 0),
  'stateful-tickets': (evidence, { advice }) =>
    ticketRows(evidence).some(
      ({ sessions, attempts, resumed }) =>
        sessions.some(({ ticketBytes }) => (ticketBytes ?? Infinity) <= 64) &&
        (advice?.text.includes('No change') === true ? attempts === resumed : resumed > 0),
    ),
  'not-shared-between-addresses': ({ acrossAddresses }) =>
    acrossAddresses.some(({ resumed }) => !resumed),
  // Something was refused, and not under one key that the report counts.
  'several-ticket-keys': (evidence) =>
    ticketRows(evidence).some(
      (one) => one.attempts > one.resumed && ticketKeysOf([one])?.names !== 1,
    ),
  'only-under-tls12': ({ rows }) =>
    rows.every(({ protocol, resumed }) => protocol === 'TLSv1.2' || resumed === 0) &&
    rows.some(({ protocol, resumed }) => protocol === 'TLSv1.2' && resumed > 0) &&
    rows.some(({ protocol, offered }) => protocol === 'TLSv1.3' && offered),
  'session-id-not-kept': ({ rows }) =>
    rows.some(
      ({ mechanism, sessions, attempts, resumed }) =>
        attempts > 0 &&
        resumed === 0 &&
        (mechanism === 'session-id' ||
          sessions.some(({ ticketBytes }) => (ticketBytes ?? Infinity) <= 64)),
    ),
  'dovecot-one-process-per-login': (evidence) =>
    evidence.software === 'Dovecot' &&
    ticketRows(evidence).some(({ attempts, resumed }) => attempts > resumed),
  'session-id-context-missing': ({ rows }) =>
    rows.some(({ broken, resumed }) => broken > 0 && resumed === 0),
  'certificate-trouble': ({ certificates }) => certificates.length > 0,
  'several-certificates': ({ certificates }) =>
    certificates.some((one) =>
      certificates.some(
        (other) =>
          one.address === other.address &&
          one.certificate.fingerprint256 !== other.certificate.fingerprint256,
      ),
    ),
};

describe('every note', () => {
  it('is borne out by what was seen, and given once', () => {
    fc.assert(
      fc.property(anyEvidence, (evidence) => {
        const given = notesOf(evidence, target);
        const wrong = given.filter((note) => !WHERE[note.id](evidence, note));
        expect(wrong).toEqual([]);
        expect(new Set(given.map(({ id }) => id)).size).toBe(given.length);
      }),
      { numRuns: 2000 },
    );
  });
});
