/**
 * What the lab looks for and what it does, as closed sets with their words. No schema is imported here,
 * so that the page loads none.
 */

/** From the heaviest. */
export const FINDING_WEIGHTS = ['grave', 'fault', 'note', 'hint'] as const;
export type FindingWeight = (typeof FINDING_WEIGHTS)[number];

/** What is said of a finding wherever it is met. */
interface FindingKind {
  /** One finding may weigh less than its kind, such as a session that another port did take up. */
  readonly weight: FindingWeight;
  /** What the program does, after "it". */
  readonly words: string;
}

/** All that is looked for, in the order in which it is told. */
export const FINDING_KINDS = {
  'accepts-another-certificate': {
    weight: 'grave',
    words: 'goes on with a certificate that nobody vouches for',
  },
  'no-fallback': { weight: 'grave', words: 'fails where its session is refused' },
  resumes: { weight: 'note', words: 'resumes' },
  'resumption-off-in-hello': { weight: 'fault', words: 'takes no sessions, as it says itself' },
  'never-offers': { weight: 'fault', words: 'never offers a session' },
  'closes-before-tickets': { weight: 'fault', words: 'closes before it reads its tickets' },
  'too-early-for-tls13': { weight: 'fault', words: 'resumes under TLS 1.2 only' },
  'one-way-only': { weight: 'fault', words: 'resumes one way and not another' },
  'every-second': { weight: 'fault', words: 'resumes every second time only' },
  'ticket-twice': { weight: 'fault', words: 'offers a TLS 1.3 ticket twice' },
  'keeps-offering-refused': { weight: 'fault', words: 'goes on offering what was refused' },
  'offered-expired': { weight: 'fault', words: 'offers what has expired' },
  'offered-to-another-name': { weight: 'fault', words: 'offers a session to another name' },
  'offered-to-another-port': { weight: 'fault', words: 'offers a session to another port' },
  'no-name': { weight: 'fault', words: 'does not say which name it dials' },
  'psk-ke-alone': { weight: 'fault', words: 'resumes without forward secrecy' },
  'early-data': { weight: 'fault', words: 'announces early data' },
  renegotiates: { weight: 'fault', words: 'negotiates anew on an open connection' },
  'ticket-after-failure': {
    weight: 'note',
    words: 'offers a ticket again after a handshake that failed',
  },
  'change-unseen-while-resuming': {
    weight: 'note',
    words: 'sees no change of certificate while it resumes',
  },
  'no-close-notify': { weight: 'note', words: 'leaves without close_notify' },
  'spoilt-by-close': { weight: 'hint', words: 'may spoil its sessions by how it closes' },
} as const satisfies Record<string, FindingKind>;
export type FindingId = keyof typeof FINDING_KINDS;
export const FINDING_IDS = Object.keys(FINDING_KINDS) as readonly FindingId[];

/** What the lab does to a connection, in the order of the plan. */
export const LAB_STEPS = [
  /** The first of a process: nothing can be offered yet. */
  'full',
  /** What is offered is taken up, and a fresh session given. */
  'taken-up',
  /** Taken up, and none given in its place. */
  'no-fresh-ticket',
  /** A full handshake in place of what was offered, with fresh sessions. */
  'refused',
  'renewed',
  /** Refused, with a certificate that nobody vouches for. */
  'untrusted',
  /** Taken up by a server that has that certificate now. */
  'after-untrusted',
  /** Sessions are given for one second. */
  'short-lived',
  /** After a pause in which they ran out. */
  'expired',
  'other-port',
  'other-name',
] as const;
export type LabStep = (typeof LAB_STEPS)[number];

/** What is tried, for a row or a line of progress. */
export const LAB_STEP_WORDS: Readonly<Record<LabStep, string>> = {
  full: 'full handshake',
  'taken-up': 'taken up',
  'no-fresh-ticket': 'no fresh one',
  refused: 'refused',
  renewed: 'a fresh one',
  untrusted: 'another certificate',
  'after-untrusted': 'certificate changed',
  'short-lived': 'good for 1 s',
  expired: 'after a pause',
  'other-port': 'another port',
  'other-name': 'another name',
};
