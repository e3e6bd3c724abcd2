/**
 * The domain types that the engine and the interface agree on.
 *
 * Names are those of RFC 8446, RFC 5077 and RFC 3501. Points in time end in `At` and are
 * milliseconds since the epoch; spans end in `Ms`; sizes end in `Bytes`.
 */
import type { HeldForPeer, Refusing, Security } from '../electron/core/tls/facts.ts';
import type { CertificateText, ShownCertificate } from './certificate.ts';
import type { CheckReport, CheckTarget } from './check.ts';
import type { Attempt, Phase, PhaseTimes, StripMark } from './attempt.ts';
import type { SavedTime } from './history.ts';
import type { AccountId, CheckId, ConnectionId, HeldSessionsId } from './ids.ts';
import type { PasswordPlace } from './password-place.ts';
import type { Problem } from './problem.ts';
import type { SignInWay } from './oauth.ts';
import type { AccountProxy } from './proxy.ts';
import type { ReusePolicy } from './reuse-policy.ts';

export type { Refusing, Security } from '../electron/core/tls/facts.ts';
export {
  accountInputSchema,
  mailboxesSchema,
  reusePolicySchema,
  trustChoiceSchema,
  type AccountInput,
  type TrustChoice,
} from './inputs.ts';
export type { CertificateFacts, CertificateText, ShownCertificate } from './certificate.ts';
export {
  PHASES,
  type Attempt,
  type Descent,
  type Mechanism,
  type NotOfferedReason,
  type Outcome,
  type OutcomeKind,
  type Phase,
  type PhaseTimes,
  type StripMark,
  type TlsProtocol,
} from './attempt.ts';
export type {
  AccountId,
  AttemptId,
  CheckId,
  ConnectionId,
  GrantId,
  HeldSessionsId,
  SignInId,
} from './ids.ts';
export type { OAuthClient, SignIn, SignInWay } from './oauth.ts';
export type { Problem, ProblemCode } from './problem.ts';
export type { LongestAge, ReusePolicy, SharingPolicy } from './reuse-policy.ts';

/** What an account's connections trust. There is no way to accept any certificate. */
export type Trust =
  | { readonly kind: 'system' }
  /** Only the certificates of a PEM file. */
  | {
      readonly kind: 'ca';
      /** What the user called it. */
      readonly fileName: string;
      readonly subjects: readonly string[];
      /** Over its certificates: of another file, another one. */
      readonly sha256: string;
    }
  /** Only a server that shows exactly this certificate. */
  | { readonly kind: 'pin'; readonly certificate: CertificateText };

/** An account as the interface sees it: everything but the secrets. */
export interface Account {
  readonly id: AccountId;
  readonly label: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  /** Name for SNI and for the certificate check, where it differs from `host`. */
  readonly servername: string | null;
  readonly signIn: SignInWay;
  /**
   * What the stored password was typed for, where that is another place, as after a kill between the
   * two files of an edit: to this one it is not sent.
   */
  readonly strayPassword: PasswordPlace | null;
  readonly trust: Trust;
  readonly mailboxes: readonly string[];
  /** Which way its connections go; no password. */
  readonly proxy: AccountProxy;
  readonly reuse: boolean;
  readonly policy: ReusePolicy;
  /** `null` while sessions are offered. */
  readonly refusing: Refusing | null;
  readonly paused: boolean;
  /** Belongs to the built-in demo servers: gone when they stop, never stored. */
  readonly demo: boolean;
  /** The latest handshakes, oldest first, at most {@link STRIP_LENGTH_PER_ACCOUNT}. */
  readonly strip: readonly StripMark[];
}

/** How many marks an account's strip shows. */
export const STRIP_LENGTH_PER_ACCOUNT = 12;
/** How many marks the overall strip shows. */
export const STRIP_LENGTH = 60;

/** Where a connection is in its life. */
export type ConnectionState =
  | { readonly kind: 'connecting'; readonly phase: Phase }
  /** Up: the server tells what is new. */
  | { readonly kind: 'idle' }
  /** Up: the server has no IDLE, and is asked now and then. */
  | { readonly kind: 'polling' }
  | {
      readonly kind: 'retrying';
      readonly retryAt: number;
      readonly problem: Problem;
      /** Too many sign-ins of its account led nowhere: it waits for that, and not for itself. */
      readonly isHeldUp: boolean;
    }
  | { readonly kind: 'offline' }
  | { readonly kind: 'paused' }
  | { readonly kind: 'sign-in-failed'; readonly problem: Problem }
  | {
      readonly kind: 'certificate-problem';
      readonly problem: Problem;
      readonly certificate: ShownCertificate | null;
    }
  /** Needs a change by the user: it will not be retried by itself. */
  | { readonly kind: 'failed'; readonly problem: Problem };

/**
 * Attempts at a connection that have failed in a row, however often it was tried meanwhile. A change
 * of where or how its account connects begins anew.
 */
export interface Failing {
  /** When the first of them had failed. */
  readonly since: number;
  /** Of the latest one. */
  readonly problem: Problem;
}

/** One watched mailbox. */
export interface Connection {
  readonly id: ConnectionId;
  readonly accountId: AccountId;
  readonly mailbox: string;
  readonly state: ConnectionState;
  /** When it entered that state. */
  readonly since: number;
  /** `null` once it is up, before the first failure, and where nothing is tried by itself. */
  readonly failing: Failing | null;
  /** Messages in the mailbox; `null` where the server has not said. */
  readonly messages: number | null;
  /** When the server was last heard, to the second; `null` before it was. */
  readonly heardAt: number | null;
  /** Its latest attempt with an outcome. */
  readonly attempt: Attempt | null;
  /** Phases of the latest full handshake with the same server, to compare with. */
  readonly lastFull: PhaseTimes | null;
}

/**
 * The sessions that are held for one server by one account, or by those that share them; their bytes
 * stay in the engine.
 */
export interface HeldSessions extends Omit<HeldForPeer, 'account' | 'sharedBy'> {
  readonly id: HeldSessionsId;
  /** Whose the newest is. */
  readonly accountId: AccountId;
  /** Every account that may use them; `null` where they are one account's. */
  readonly sharedBy: readonly AccountId[] | null;
}

/** A server with which too few handshakes were measured to say what reuse saves there. */
export interface Unmeasured {
  readonly accountId: AccountId;
  /** Full handshakes that were measured; too few, or the resumed ones are. */
  readonly full: number;
}

/**
 * Sums of the last 24 hours, over the same quarters of an hour as the history's view of that range.
 */
export interface Totals extends SavedTime {
  /** When they begin: 24 hours ago, or when the first handshake was recorded. */
  readonly since: number;
  readonly resumed: number;
  readonly full: number;
  readonly refused: number;
  readonly off: number;
  readonly failed: number;
  /** On the wire, both ways: what full handshakes weigh there, minus what resumed ones weighed. */
  readonly savedBytes: number;
  /** Whose server a check would tell most about; `null` where every resumed handshake is counted. */
  readonly unmeasured: Unmeasured | null;
  readonly strip: readonly StripMark[];
}

/** How passwords are protected at rest. */
export type SecretProtection =
  /** The operating system's key store, by Electron's safeStorage; `backend` is its name. */
  | { readonly kind: 'os'; readonly backend: string }
  /** AES-256-GCM under a key file that only this user may read. */
  | { readonly kind: 'key-file'; readonly path: string }
  /** Nothing better is there: kept in memory only, asked for again after a restart. */
  | { readonly kind: 'memory' };

/** Something the user should know that belongs to no single connection. */
export interface Notice {
  readonly id: string;
  readonly at: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
  /** What would help, where the user can have it done: passwords stored under a key file. */
  readonly action?: 'use-key-file';
  /** What a server said, where the notice hands that on. */
  readonly serverLine?: string;
}

/** A server check that runs or has run; the latest ones are kept while the engine runs. */
export interface ServerCheck {
  readonly id: CheckId;
  readonly target: CheckTarget;
  readonly trust: Trust;
  readonly startedAt: number;
  readonly state:
    | { readonly kind: 'running'; readonly step: string }
    | { readonly kind: 'done' }
    | { readonly kind: 'cancelled' }
    | { readonly kind: 'failed'; readonly message: string };
  /** What is known so far; `null` before the first row is done. */
  readonly report: CheckReport | null;
  /** The check of the same server that came to its end before this one. */
  readonly previous: CheckReport | null;
}

/** Facts about the running program. */
export interface AppFacts {
  readonly version: string;
  readonly shell: 'electron' | 'host';
  /** Node's or Electron's version and TLS engine, such as `Node 24.21.0, OpenSSL 3.5.8`. */
  readonly engine: string;
  readonly dataDir: string;
  /** The system has permissions by which what lies there is the user's alone; Windows has others. */
  readonly hasFileModes: boolean;
  readonly protection: SecretProtection;
  /** The built-in demo servers are running. */
  readonly demo: boolean;
  /** This is a demo and nothing else: what belongs to it is in memory, and nothing is stored. */
  readonly demoOnly: boolean;
}

/** One line of a connection's log, secrets removed. */
export interface LogLine {
  readonly at: number;
  readonly text: string;
}

/** What the connection drawer asks for on demand. */
export interface ConnectionDetail {
  readonly connection: Connection;
  /** Oldest first, bounded. */
  readonly log: readonly LogLine[];
  /** Its latest attempts, newest first, bounded. */
  readonly attempts: readonly Attempt[];
}

/** A test of settings that is under way. */
export interface RunningTest {
  /** Chosen by the page that asked for it. */
  readonly id: string;
  /** Those that have begun, the one that it is at last. */
  readonly phases: readonly Phase[];
}

/** What *Test connection* found. */
export type TestResult = {
  /** What the server wants people to see, as in {@link Notice}. */
  readonly alerts: readonly string[];
} & (
  | {
      readonly ok: true;
      readonly attempt: Attempt;
      /** The mailboxes that can be opened, for choosing which to watch: at most 10,000, and 1 MB. */
      readonly mailboxes: readonly string[];
      /** There are others beside them. */
      readonly hasMore: boolean;
      /** Of the mailboxes that were asked for, those that cannot be opened. */
      readonly missing: readonly string[];
      /** Names that were asked for beside the server's own name for the same mailbox. */
      readonly twice: readonly { readonly name: string; readonly own: string }[];
    }
  | {
      readonly ok: false;
      readonly problem: Problem;
      readonly certificate: ShownCertificate | null;
      /** Where the server says that one signs in, as an OAuth issuer; `null` where it does not say. */
      readonly issuer: string | null;
      /** The phase that failed. */
      readonly phase: Phase;
    }
);
