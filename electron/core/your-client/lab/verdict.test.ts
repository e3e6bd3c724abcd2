import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  clientCheckReportSchema,
  type LabConnection,
  type LabVariant,
} from '../../../../shared/client-check.ts';
import { FINDING_IDS, FINDING_KINDS, type FindingId } from '../../../../shared/client-findings.ts';
import { history, labOffer } from './testing/lab-connection.ts';
import { historyOf, RIGHT, WHOLE_PLAN, type ModelClient } from './testing/model-client.ts';
import { judge } from './verdict.ts';

const ids = (connections: readonly LabConnection[]) =>
  judge(connections).findings.map(({ id }) => id);
const find = (connections: readonly LabConnection[], id: FindingId) =>
  judge(connections).findings.find((finding) => finding.id === id);
const stateOf = (connections: readonly LabConnection[], id: FindingId) => {
  const { findings, notSeen } = judge(connections);
  if (findings.some((finding) => finding.id === id)) return 'found';
  return notSeen.includes(id) ? 'not-seen' : 'not-there';
};

const STARTTLS = { way: 'starttls' } as const;
const T12 = { variant: 'tls12-ticket' } as const;
const ID = { variant: 'session-id' } as const;
const pid = (number: number) =>
  ({ program: { kind: 'process', name: 'curl', pid: number } }) as const;
const hello = (changes: Partial<NonNullable<LabConnection['hello']>>) => ({
  hello: { supportsTls13: true, takesTickets: true, pskModes: [1], ...changes },
});
const rude = (how: 'close' | 'reset' = 'close') =>
  ({ ended: { by: 'client', how, closeNotify: 'no', afterMs: 5 } }) as const;
const silent = { hasSpoken: false };
const named = (serverName: string | null) => ({ serverName, dialledName: serverName });
/** An offer of a session that came under another name, or from another port, or long ago. */
const offering = (
  identity: string,
  changes: Partial<ReturnType<typeof labOffer>>,
  mechanism: LabVariant = 'tls13-ticket',
) => ({ offers: [labOffer(identity, mechanism, changes)] });
const failedAlone = {
  outcome: {
    kind: 'failed',
    reason: 'client-gave-up',
    answer: 'refused',
    text: 'The client gave up.',
  },
  hasSpoken: false,
} as const;

interface Case {
  readonly bad: readonly LabConnection[];
  readonly right: readonly LabConnection[];
  /** As near to the fault as it gets without being one, each with its name. */
  readonly notWrong: Readonly<Record<string, readonly LabConnection[]>>;
}

const CASES: Readonly<Record<FindingId, Case>> = {
  resumes: {
    bad: history(['-', 'R:1a']),
    right: history(['-', '-', '-']),
    notWrong: { 'a refused offer': history(['-', 'X:1a']) },
  },
  'never-offers': {
    bad: history(['-', '-', '-']),
    right: history(['-', 'R:1a', 'R:2a']),
    notWrong: {
      'two connections': history(['-', '-']),
      'one connection a process': history([
        ['-', pid(1)],
        ['-', pid(2)],
        ['-', pid(3)],
        ['-', pid(4)],
      ]),
      'all at once': history(['-', '-', '-', '-'], { startedAt: 1_800_000_000_000 }),
      'not read yet when the next ones begin': history(['-', '-', '-', '-'], {
        ended: null,
        readAfterMs: null,
      }),
      'nothing was given': history(['-', '-', '-', '-'], { sessionsGiven: 0 }),
      'every place once': history([
        ['-', { port: 1 }],
        ['-', { port: 2 }],
        ['-', { port: 3 }],
        ['-', { port: 4 }],
      ]),
      'every name once': history([
        ['-', named('a.example')],
        ['-', named('b.example')],
        ['-', named('c.example')],
      ]),
      'each one failed': history(['U', 'U', 'U', 'U']),
      'every session gone before the next': history([
        ['-', { step: 'short-lived' }],
        ['-', { step: 'short-lived' }],
        ['-', { step: 'short-lived' }],
      ]),
      'a refused offer': history(['-', 'X:1a', '-']),
      'it offers when it was started anew': history([
        ['-', pid(1)],
        ['-', pid(1)],
        ['-', pid(1)],
        ['-', { ...T12, ...pid(2) }],
        ['R:4a', { ...T12, ...pid(2) }],
      ]),
    },
  },
  'resumption-off-in-hello': {
    bad: history(['-', '-', '-'], {
      ...hello({ takesTickets: false, pskModes: [] }),
      sessionsGiven: 0,
    }),
    right: history(['-', 'R:1a', 'R:2a']),
    notWrong: {
      'once a process': history(
        [
          ['-', pid(1)],
          ['-', pid(2)],
          ['-', pid(3)],
        ],
        { ...hello({ takesTickets: false, pskModes: [] }), sessionsGiven: 0 },
      ),
      'only TLS 1.2, and session IDs': history(['-', 'R:1a', 'R:1a'], {
        ...ID,
        ...hello({ supportsTls13: false, takesTickets: false, pskModes: [] }),
      }),
      'TLS 1.3 tickets alone': history(['-', '-', '-'], hello({ takesTickets: false })),
    },
  },
  'closes-before-tickets': {
    bad: history(['-', '-', '-'], { ...silent, ...rude('reset') }),
    right: history(['-', 'R:1a', 'R:2a']),
    notWrong: {
      'says nothing, and closes in order': history(['-', '-', '-'], silent),
      'the same after STARTTLS': history(['-', '-', '-'], { ...silent, ...STARTTLS }),
      'resets after it has spoken': history(['-', '-', '-'], rude('reset')),
      'TLS 1.2, where they come before': history(['-', 'R:1a', 'R:1a'], {
        ...T12,
        ...silent,
        ...rude('reset'),
      }),
      'one that was ended': history(['-', 'R:1a', ['R:2a', { ...silent, ...rude('reset') }]]),
    },
  },
  'too-early-for-tls13': {
    bad: history(['-', '-', '-', ['-', T12], ['R:4a', T12], ['R:4a', T12]]),
    right: history(['-', 'R:1a', 'R:2a', ['-', T12], ['R:4a', T12]]),
    notWrong: {
      'TLS 1.2 was not tried': history(['-', '-', '-']),
      'TLS 1.3 only twice': history(['-', '-', ['-', T12], ['R:3a', T12]]),
      'TLS 1.3 gave no ticket': history([
        ['-', { sessionsGiven: 0 }],
        ['-', { sessionsGiven: 0 }],
        ['-', { sessionsGiven: 0 }],
        ['-', T12],
        ['R:4a', T12],
      ]),
      'it closed before it could': history([
        ['-', { ...silent, ...rude('reset') }],
        ['-', { ...silent, ...rude('reset') }],
        ['-', { ...silent, ...rude('reset') }],
        ['-', T12],
        ['R:4a', T12],
      ]),
    },
  },
  'one-way-only': {
    bad: history(['-', 'R:1a', 'R:2a', ['-', STARTTLS], ['-', STARTTLS], ['-', STARTTLS]]),
    right: history(['-', 'R:1a', ['-', STARTTLS], ['R:3a', STARTTLS], ['R:4a', STARTTLS]]),
    notWrong: {
      'the other way only twice': history(['-', 'R:1a', ['-', STARTTLS], ['-', STARTTLS]]),
      'it offers there what it has from another way': history([
        '-',
        'R:1a',
        ['X:1b', { ...ID, ...offering('1b', {}) }],
        ['X:1c', { ...ID, ...offering('1c', {}) }],
        ['X:1d', { ...ID, ...offering('1d', {}) }],
      ]),
      'a second handshake gave it another session': history([
        '-',
        'R:1a',
        ['-', { ...ID, renegotiated: true }],
        ['-', { ...ID, renegotiated: true }],
        ['-', { ...ID, renegotiated: true }],
      ]),
      'an ID in place of a ticket, where tickets are not taken': history(
        [
          ['-', T12],
          ['X:1a', { ...T12, ...offering('1a', {}, 'session-id') }],
          ['X:2a', { ...T12, ...offering('2a', {}, 'session-id') }],
          ['X:3a', { ...T12, ...offering('3a', {}, 'session-id') }],
          ['-', ID],
          ['R:5a', ID],
        ],
        hello({ takesTickets: false }),
      ),
      'tickets not taken under TLS 1.2, session IDs are': history(
        [
          ['-', { ...T12, sessionsGiven: 0 }],
          ['-', { ...T12, sessionsGiven: 0 }],
          ['-', { ...T12, sessionsGiven: 0 }],
          ['-', ID],
          ['R:4a', ID],
        ],
        hello({ takesTickets: false }),
      ),
      'another process takes the other way': history([
        ['-', pid(1)],
        ['R:1a', pid(1)],
        ['-', { ...STARTTLS, ...pid(2) }],
        ['-', { ...STARTTLS, ...pid(3) }],
        ['-', { ...STARTTLS, ...pid(4) }],
      ]),
    },
  },
  'every-second': {
    bad: history(['-', 'R:1a', '-', 'R:3a', '-', 'R:5a'], T12),
    right: history(['-', 'R:1a', 'R:1a', 'R:1a'], T12),
    notWrong: {
      'one ticket came and was used': history(
        ['-', 'N:1a', '-', 'N:3a', '-', 'N:5a'].map((word) =>
          word === '-' ? ([word, { sessionsGiven: 1 }] as const) : word,
        ),
      ),
      once: history(['-', 'R:1a', '-', 'R:3a', 'R:3a', 'R:3a'], T12),
      'each after a refusal': history(['-', 'X:1a', '-', 'X:3a', '-', 'X:5a'], T12),
      'each after a session of one second': history(
        [
          '-',
          ['R:1a', { step: 'short-lived' }],
          ['-', { step: 'expired' }],
          ['R:3a', { step: 'short-lived' }],
          ['-', { step: 'expired' }],
        ],
        T12,
      ),
      'two at once, one ticket left': history(
        [
          ['-', { sessionsGiven: 1 }],
          ['R:1a', { startedAt: 1_800_000_010_000 }],
          ['-', { startedAt: 1_800_000_010_001, sessionsGiven: 0 }],
          ['R:2a', { startedAt: 1_800_000_020_000 }],
          ['-', { startedAt: 1_800_000_020_001, sessionsGiven: 0 }],
        ],
        {},
      ),
    },
  },
  'ticket-twice': {
    bad: history(['-', 'N:1a', 'N:1a']),
    right: history(['-', 'N:1a', 'N:1b', '-', 'N:4a']),
    notWrong: {
      'a TLS 1.2 ticket': history(['-', 'N:1a', 'N:1a'], T12),
      'a session ID': history(['-', 'N:1a', 'N:1a'], ID),
      'after a handshake that failed': history(['-', 'U:1a', 'R:1a']),
      'after a handshake that was finished, to see the certificate, and no more': history([
        '-',
        ['X:1a', { step: 'untrusted', certificate: 'untrusted', hasSpoken: false }],
        'R:1a',
      ]),
      'twice in one ClientHello, as after a HelloRetryRequest': history([
        '-',
        ['R:1a', { offers: [labOffer('1a'), labOffer('1a')] }],
      ]),
    },
  },
  'ticket-after-failure': {
    bad: history(['-', 'U:1a', 'T:1a']),
    right: history(['-', 'U:1a', 'T:1b']),
    notWrong: {
      'a TLS 1.2 ticket': history(['-', 'U:1a', 'T:1a'], T12),
      'used before, which is worse': history(['-', 'R:1a', 'U:1a']),
      'spoken over before, which is worse': history([
        '-',
        ['X:1a', { step: 'untrusted', certificate: 'untrusted' }],
        'R:1a',
      ]),
    },
  },
  'keeps-offering-refused': {
    bad: history(['-', 'X:1a', 'X:1a'], T12),
    right: history(['-', 'X:1a', 'X:2a', 'X:3a'], T12),
    notWrong: {
      'a fresh one each time': history(['-', 'X:1a', 'X:1b', 'X:2a']),
      'refused, then taken up': history(['-', 'X:1a', 'R:1a'], T12),
      'refused for another version': history([
        '-',
        ['X:1a', { ...T12, ...offering('1a', {}) }],
        ['X:1a', { ...T12, ...offering('1a', {}) }],
      ]),
      'refused with a certificate that nobody vouches for': history(['-', 'U:1a', 'U:1a'], T12),
    },
  },
  'offered-expired': {
    bad: history([
      ['-', { step: 'short-lived' }],
      ['X:1a', { step: 'expired', ...offering('1a', { ageMs: 3500, lifetimeMs: 1000 }) }],
    ]),
    right: history([
      ['-', { step: 'short-lived' }],
      ['-', { step: 'expired' }],
    ]),
    notWrong: {
      'rounded to seconds': history([
        ['-', { step: 'short-lived' }],
        ['X:1a', { step: 'expired', ...offering('1a', { ageMs: 2900, lifetimeMs: 1000 }) }],
      ]),
      'a session ID, of which no lifetime is told': history(
        [
          ['-', { step: 'short-lived' }],
          ['X:1a', { step: 'expired', ...offering('1a', { ageMs: 9000 }, 'session-id') }],
        ],
        ID,
      ),
      'a ticket whose lifetime the server left open': history(
        ['-', ['X:1a', offering('1a', { ageMs: 9_000_000, lifetimeMs: null }, 'tls12-ticket')]],
        T12,
      ),
    },
  },
  'offered-to-another-name': {
    bad: history([
      ['-', named('a.example')],
      [
        'X:1a',
        {
          ...named('b.example'),
          ...offering('1a', { issued: { port: 10_993, serverName: 'a.example' } }),
        },
      ],
    ]),
    right: history([
      ['-', named('a.example')],
      [
        'R:1a',
        {
          ...named('a.example'),
          ...offering('1a', { issued: { port: 10_993, serverName: 'a.example' } }),
        },
      ],
      ['-', named('b.example')],
    ]),
    notWrong: {
      'the same in capitals, with a final dot': history([
        ['-', named('a.example')],
        [
          'R:1a',
          {
            ...named('A.Example.'),
            ...offering('1a', { issued: { port: 10_993, serverName: 'a.example' } }),
          },
        ],
      ]),
      'one of them is no name': history([
        '-',
        ['R:1a', { ...named('a.example'), ...offering('1a', {}) }],
      ]),
    },
  },
  'offered-to-another-port': {
    bad: history(['-', ['X:1a', { port: 10_465 }]]),
    right: history(['-', 'R:1a', ['-', { port: 10_465 }]]),
    notWrong: {
      'a session that the lab did not give': history([
        '-',
        ['X:1a', { port: 10_465, ...offering('1a', { issuedBy: null, issued: null }) }],
      ]),
    },
  },
  'no-fallback': {
    bad: history(['-', 'R:1a', ['X:2a', failedAlone], '-']),
    right: history(['-', 'R:1a', 'X:2a', '-']),
    notWrong: {
      'it left because of the certificate': history(['-', 'R:1a', 'U:2a', '-']),
      'it never says anything': history(
        ['-', 'R:1a', 'X:2a', '-'].map((word) => [word, silent] as const),
      ),
      'the server ended it': history([
        '-',
        'R:1a',
        [
          'X:2a',
          { ...silent, ended: { by: 'server', how: 'close', closeNotify: null, afterMs: 9 } },
        ],
      ]),
      'it is still open': history(['-', 'R:1a', ['X:2a', { ...silent, ended: null }]]),
    },
  },
  'accepts-another-certificate': {
    bad: history(['-', ['X:1a', { step: 'untrusted', certificate: 'untrusted', hasSpoken: true }]]),
    right: history(['-', 'U:1a']),
    notWrong: {
      'finishes the handshake, says nothing and leaves': history([
        '-',
        ['X:1a', { step: 'untrusted', certificate: 'untrusted', hasSpoken: false }],
      ]),
      'resumes, so that none was shown': history(['-', 'T:1a']),
    },
  },
  'change-unseen-while-resuming': {
    bad: history(['-', 'T:1a']),
    right: history(['-', ['T:1a', silent]]),
    notWrong: { 'offers nothing, is shown the certificate and leaves': history(['-', 'U']) },
  },
  'no-name': {
    bad: history([['-', { dialledName: 'a.example' }]]),
    right: history([['-', named('a.example')]]),
    notWrong: { 'localhost, or an address': history(['-', '-']) },
  },
  'no-close-notify': {
    bad: history(['-', 'R:1a', 'R:2a'], rude()),
    right: history(['-', 'R:1a', 'R:2a']),
    notWrong: {
      'the last one of a process that was ended': history(['-', 'R:1a', ['R:2a', rude()]]),
      'the lab let it go': history(['-', '-'], {
        ended: { by: 'server', how: 'close', closeNotify: null, afterMs: 5 },
      }),
      'how it ended is not known': history(['-', '-'], {
        ended: { by: 'client', how: 'close', closeNotify: null, afterMs: 5 },
      }),
      'it left because of the certificate': history(['-', 'R:1a', ['U:2a', rude()], 'R:2a']),
    },
  },
  'psk-ke-alone': {
    bad: history(['-'], hello({ pskModes: [0] })),
    right: history(['-'], hello({ pskModes: [1] })),
    notWrong: {
      both: history(['-'], hello({ pskModes: [1, 0] })),
      neither: history(['-'], hello({ pskModes: [] })),
      'one of another day': history(['-'], hello({ pskModes: [0x4a, 1] })),
    },
  },
  'early-data': {
    bad: history(['-', ['R:1a', { earlyData: true }]]),
    right: history(['-', 'R:1a']),
    notWrong: {},
  },
  renegotiates: {
    bad: history(['-', ['R:1a', { renegotiated: true }]], T12),
    right: history(['-', 'R:1a'], T12),
    notWrong: {},
  },
  'spoilt-by-close': {
    bad: history(['-', '-', '-'], rude()),
    right: history(['-', '-', '-']),
    notWrong: {
      'it offers': history(['-', 'R:1a', 'R:2a'], rude()),
      'it says goodbye now and then': history(['-', ['-', rude()], ['-', rude()]]),
    },
  },
};

describe('a program that resumes every second time', () => {
  it.each([
    ['nothing fresh had come, by ticket', history(['-', 'N:1a', '-', 'N:3a', '-'], T12), 'note'],
    ['nothing fresh had come, by session ID', history(['-', 'N:1a', '-', 'N:3a', '-'], ID), 'note'],
    ['what was fresh once is lost', history(['-', 'N:1a', '-', 'R:3a', '-'], T12), 'fault'],
    [
      'what was fresh is lost under another mechanism',
      history([
        ...['-', 'N:1a', '-', 'N:3a', '-'].map((word) => [word, ID] as const),
        ...['-', 'R:6a', '-'].map((word) => [word, T12] as const),
      ]),
      'fault',
    ],
    [
      'one is offered twice elsewhere',
      history(['-', 'N:1a', '-', 'N:3a', '-', 'N:5a', 'N:5a'], T12),
      'fault',
    ],
    [
      'one is offered twice over a handshake that failed',
      history(['-', 'N:1a', '-', 'N:3a', '-', 'U:5a', 'N:5a'], T12),
      'note',
    ],
    ['TLS 1.3 tickets are left', history(['-', 'N:1a', '-', 'N:3a', '-']), 'fault'],
    [
      'another program has a fault there',
      [
        ...history(['-', 'N:1a', '-', 'N:3a', '-'], T12),
        ...history(['-', 'R:1a', '-', 'R:3a', '-'], T12).map((each) => asAnother(each, 5, 'mutt')),
      ],
      'fault',
    ],
  ] as const)('where %s', (_, connections, weight) => {
    expect(find(connections, 'every-second')?.weight).toBe(weight);
  });
});

describe.each(FINDING_IDS)('%s', (id) => {
  const { bad, right, notWrong } = CASES[id];

  it('is found, with its weight and the connections that prove it', () => {
    const finding = find(bad, id);
    expect(finding?.weight).toBe(FINDING_KINDS[id].weight);
    expect(finding?.connections).not.toEqual([]);
    const numbers = new Set(bad.map(({ number }) => number));
    expect(finding?.connections.every((number) => numbers.has(number))).toBe(true);
    expect(finding?.rule.document).toMatch(/^RFC \d+$/);
  });

  it('is not found where it is not, and that is known', () => {
    expect(stateOf(right, id)).toBe('not-there');
  });

  it.each(Object.entries(notWrong))('is not found: %s', (_, connections) => {
    expect(ids(connections)).not.toContain(id);
  });

  it('is not seen before anything was', () => {
    expect(judge([]).notSeen).toContain(id);
  });
});

/** Under which the findings that were measured are to come. */
const NO_STORE: Partial<ModelClient> = { keeps: 'none' };
/** Faults and graves of programs whose handshakes were measured; then their notes and hints. */
const REAL: Readonly<
  Record<string, readonly [Partial<ModelClient>, readonly FindingId[], readonly FindingId[]]>
> = {
  'curl, one process': [
    {
      hello: { supportsTls13: true, takesTickets: false, pskModes: [1] },
      takes: ['tls13-ticket', 'session-id'],
    },
    [],
    ['resumes', 'change-unseen-while-resuming'],
  ],
  'curl --no-sessionid': [
    { ...NO_STORE, hello: { supportsTls13: true, takesTickets: false, pskModes: [1] } },
    ['never-offers'],
    [],
  ],
  'curl, once': [{ connectionsOfProcess: 1 }, [], []],
  imaplib: [
    { ...NO_STORE, saysGoodbye: false },
    ['never-offers'],
    ['no-close-notify', 'spoilt-by-close'],
  ],
  imapflow: [
    { ...NO_STORE, saysGoodbye: false },
    ['never-offers'],
    ['no-close-notify', 'spoilt-by-close'],
  ],
  mbsync: [
    { ...NO_STORE, saysGoodbye: false },
    ['never-offers'],
    ['no-close-notify', 'spoilt-by-close'],
  ],
  'fetchmail, neomutt': [NO_STORE, ['never-offers'], []],
  msmtp: [{ ...NO_STORE, connectionsOfProcess: 1 }, [], []],
  'Node, getSession() at secureConnect': [
    { takes: ['tls12-ticket', 'session-id'], keeps: 'latest' },
    ['too-early-for-tls13'],
    ['resumes', 'change-unseen-while-resuming'],
  ],
  'asio none': [NO_STORE, ['never-offers'], []],
  'asio after-handshake, by host': [
    {
      takes: ['tls12-ticket', 'session-id'],
      keeps: 'latest',
      minds: { port: false, name: true },
      offersExpired: true,
    },
    ['too-early-for-tls13', 'offered-expired', 'offered-to-another-port'],
    ['resumes', 'change-unseen-while-resuming'],
  ],
  'asio after-greeting': [
    { keeps: 'latest', isSingleUse: false, minds: { port: false, name: true } },
    ['ticket-twice', 'offered-to-another-port'],
    ['resumes', 'change-unseen-while-resuming', 'ticket-after-failure'],
  ],
  'asio destroyed': [
    { ...NO_STORE, saysGoodbye: false },
    ['never-offers'],
    ['no-close-notify', 'spoilt-by-close'],
  ],
  'asio closed-at-once': [
    { ...NO_STORE, isHasty: true, saysGoodbye: false },
    ['never-offers', 'closes-before-tickets'],
    ['no-close-notify', 'spoilt-by-close'],
  ],
  'asio callback, without renewal': [
    { losesRenewed: true },
    ['every-second'],
    ['resumes', 'change-unseen-while-resuming'],
  ],
  'Reprise under Private': [
    { isSingleUse12: true },
    [],
    ['resumes', 'every-second', 'change-unseen-while-resuming'],
  ],
  'a store that loses what it has offered, and what was renewed': [
    { isSingleUse12: true, losesRenewed: true },
    ['every-second'],
    ['resumes', 'change-unseen-while-resuming'],
  ],
};

const isHeavy = (id: FindingId, connections: readonly LabConnection[]) => {
  const weight = find(connections, id)?.weight;
  return weight === 'grave' || weight === 'fault';
};
const heavy = (connections: readonly LabConnection[]) =>
  ids(connections).filter((id) => isHeavy(id, connections));

describe('programs that were measured', () => {
  it.each(Object.entries(REAL))('%s', (_, [client, faults, others]) => {
    const connections = historyOf({ ...RIGHT, ...client });
    expect(heavy(connections).toSorted()).toEqual(faults.toSorted());
    const rest = ids(connections).filter((id) => !isHeavy(id, connections));
    expect(rest.toSorted()).toEqual(others.toSorted());
  });
});

/** What a connection shows by itself or with others; the rest is what connections leave out. */
const WITNESSED: ReadonlySet<FindingId> = new Set([
  'ticket-twice',
  'keeps-offering-refused',
  'offered-expired',
  'offered-to-another-name',
  'offered-to-another-port',
  'accepts-another-certificate',
  'change-unseen-while-resuming',
  'resumes',
  'no-name',
]);

const plans = fc.array(fc.constantFrom(...WHOLE_PLAN), { minLength: 1, maxLength: 60 });
const clients = fc
  .record({
    keeps: fc.constantFrom('none', 'latest', 'all'),
    isSingleUse: fc.boolean(),
    isSingleUse12: fc.boolean(),
    offersExpired: fc.boolean(),
    forgetsRefused: fc.boolean(),
    minds: fc.record({ port: fc.boolean(), name: fc.boolean() }),
    verifies: fc.boolean(),
    fallsBack: fc.boolean(),
    losesRenewed: fc.boolean(),
    saysGoodbye: fc.boolean(),
    isHasty: fc.boolean(),
    connectionsOfProcess: fc.integer({ min: 1, max: 60 }),
  })
  .map((client): ModelClient => Object.assign({}, RIGHT, client));

/** The same of another process, `later` by its numbers, with sessions of its own. */
function asAnother(connection: LabConnection, later: number, name = 'curl'): LabConnection {
  const offers = connection.offers.map(({ identity, issuedBy, ...offer }) =>
    Object.assign(offer, {
      identity: `another ${identity}`,
      issuedBy: issuedBy === null ? null : issuedBy + later,
    }),
  );
  const program = { kind: 'process', name, pid: 1 } as const;
  return { ...connection, program, number: connection.number + later, offers };
}

describe('whatever the course of things', () => {
  test('nothing is held against a program that is right', () => {
    const right = fc.record({
      connectionsOfProcess: fc.integer({ min: 1, max: 60 }),
      isSingleUse12: fc.boolean(),
    });
    fc.assert(
      fc.property(plans, right, (plan, client) => {
        expect(heavy(historyOf({ ...RIGHT, ...client }, plan))).toEqual([]);
      }),
    );
  });

  test('fewer connections show no more', () => {
    fc.assert(
      fc.property(clients, plans, fc.infiniteStream(fc.boolean()), (client, plan, keep) => {
        const all = historyOf(client, plan);
        const whole = ids(all);
        const part = ids(all.filter(() => keep.next().value === true));
        expect(whole).toEqual(expect.arrayContaining(part.filter((id) => WITNESSED.has(id))));
      }),
    );
  });

  test('connections are judged in the order in which they began, however they are told', () => {
    fc.assert(
      fc.property(clients, plans, (client, plan) => {
        const all = historyOf(client, plan);
        expect(judge(all.toReversed())).toEqual(judge(all));
      }),
    );
  });

  test('another process changes nothing', () => {
    fc.assert(
      fc.property(clients, plans, (client, plan) => {
        const its = historyOf(client, plan);
        const others = historyOf(RIGHT, plan).map((each) => asAnother(each, plan.length));
        expect(heavy([...its, ...others])).toEqual(heavy(its));
      }),
    );
  });

  test('a plan that has just begun blames nobody for what is not offered yet', () => {
    fc.assert(
      fc.property(clients, fc.integer({ min: 0, max: 2 }), (client, length) => {
        const begun = historyOf({ ...client, verifies: true }, WHOLE_PLAN.slice(0, length));
        expect(heavy(begun)).toEqual([]);
      }),
    );
  });
});

describe('a program that ends where it is shown another certificate', () => {
  it('is compared with itself when it was started anew', () => {
    const connections = history([
      ['-', pid(1)],
      ['-', pid(1)],
      ['-', pid(1)],
      ['-', { ...T12, ...pid(2) }],
      ['R:4a', { ...T12, ...pid(2) }],
    ]);
    expect(heavy(connections)).toEqual(['too-early-for-tls13']);
  });

  it('closes unread after STARTTLS by whatever close', () => {
    const connections = history(['-', '-', '-'], { ...silent, ...rude(), ...STARTTLS });
    expect(heavy(connections)).toEqual(['closes-before-tickets']);
  });
});

describe('a program that keeps every connection to its end', () => {
  const open = { ended: null } as const;

  it('could offer what it has read', () => {
    expect(heavy(history(['-', '-', '-'], open))).toEqual(['never-offers']);
  });

  it('may keep sessions no sooner than it closes', () => {
    const connections = history(['-', 'R:1a', '-', 'R:3a', '-', 'R:5a'], { ...T12, ...open });
    expect(heavy(connections)).toEqual([]);
  });
});

describe('what is not known to be of one process', () => {
  const elsewhere = { program: { kind: 'elsewhere' } } as const;

  it('is blamed by a hint for what it leaves out', () => {
    const connections = history(['-', '-', '-'], elsewhere);
    expect(find(connections, 'never-offers')).toMatchObject({ weight: 'hint' });
    expect(judge(connections).verdict).toBe('no-fault');
  });

  it('is blamed in full for what it does', () => {
    expect(find(history(['-', 'N:1a', 'N:1a'], elsewhere), 'ticket-twice')?.weight).toBe('fault');
  });

  it('is a process each where it had gone before it was found', () => {
    const connections = history(['-', '-', '-', '-'], { program: { kind: 'gone' } });
    expect(judge(connections).notSeen).toContain('never-offers');
  });
});

describe('the verdict', () => {
  const twice = history(['-', 'N:1a', 'N:1a']);
  const failed = history([['X:1a', failedAlone]]);

  it.each<[string, readonly LabConnection[], string, string]>([
    ['nothing', [], 'not-tested', 'No connection has come so far.'],
    [
      'no handshake',
      failed,
      'not-tested',
      'No TLS handshake was finished: nothing could be tested.',
    ],
    [
      'one connection a process',
      history([
        ['-', pid(1)],
        ['-', pid(2)],
      ]),
      'no-fault',
      'Each process made one connection, so that there was nothing to resume, and no fault was seen.',
    ],
    [
      'a beginning',
      history(['-', '-']),
      'no-fault',
      'This program has not resumed a session so far, and no fault was seen.',
    ],
    [
      'a right one',
      history(['-', 'R:1a', ['-', ID], ['R:3a', ID]]),
      'no-fault',
      'This program resumes, by TLS 1.3 ticket and session ID, and no fault was seen.',
    ],
    ['a fault', twice, 'fault', 'This program offers a TLS 1.3 ticket twice.'],
    [
      'many',
      [
        ...CASES['accepts-another-certificate'].bad,
        ...history([
          ['-', { number: 9, dialledName: 'a.example', earlyData: true, renegotiated: true }],
        ]),
      ],
      'grave',
      'This program goes on with a certificate that nobody vouches for, does not say which name it dials, announces early data and has 1 further fault.',
    ],
  ])('of %s', (_, connections, verdict, summary) => {
    expect(judge(connections)).toMatchObject({ verdict, summary });
  });

  it('leaves aside what is known', () => {
    const judged = judge(twice, new Set<FindingId>(['ticket-twice']));
    expect(judged.verdict).toBe('no-fault');
    expect(judged.summary).toMatch(/no fault was seen; 1 known finding aside\.$/);
    expect(judged.findings.find(({ id }) => id === 'ticket-twice')?.isAllowed).toBe(true);
  });

  it('weighs an offer to another port by what came of it', () => {
    const taken = history(['-', ['R:1a', { port: 10_465 }]]);
    expect(find(taken, 'offered-to-another-port')?.weight).toBe('note');
  });

  it('fits the published document, with its numbers bounded', () => {
    const many = history(['-', ...Array.from({ length: 500 }, () => 'N:1a')]);
    const { findings, notSeen } = judge(many);
    const { shape } = clientCheckReportSchema;
    expect(shape.findings.parse(findings)).toEqual(findings);
    expect(shape.notSeen.parse(notSeen)).toEqual(notSeen);
    expect(findings.every(({ connections }) => connections.length <= 100)).toBe(true);
  });

  it('comes of as many as a report lists, too', () => {
    const many = history(Array.from({ length: 5000 }, () => '-'));
    expect(ids(many)).toContain('never-offers');
  });
});
