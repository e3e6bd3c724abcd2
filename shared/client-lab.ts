/** The lab as the interface shows it: where a program is pointed, and what was found so far. */
import type { MailProtocol } from './check.ts';
import type { ClientCheckReport, LabConnection, LabWay } from './client-check.ts';
import type { LabStep } from './client-findings.ts';
import type { ClientLabId, LabConnectionId } from './ids.ts';

/** What a program signs in with; anything else does as well. */
export const LAB_SIGN_IN = { user: 'lab', password: 'any-password-will-do' } as const;

/** What is to be known of the lab's authority before it is trusted. */
export interface LabAuthority {
  readonly caFile: string;
  readonly keyFile: string;
  /** SHA-256, in hexadecimal with colons. */
  readonly fingerprint256: string;
  /** Milliseconds since the epoch. */
  readonly validToAt: number;
  readonly isNew: boolean;
}

/** A port that the lab listens at. */
type LabDoorway = ClientCheckReport['listening'][number] & {
  /** The port that was wanted, and was taken; `null` where none was. */
  readonly insteadOf: number | null;
};

/** Where a program is pointed. */
export interface LabListening {
  readonly doorways: readonly LabDoorway[];
  /** The name or address that is dialled. */
  readonly host: string;
  readonly authority: LabAuthority;
}

/** How far a plan is that has begun. */
export interface LabProgress {
  readonly way: LabWay;
  readonly done: number;
  readonly of: number;
  /** What the next connection meets; `null` when the plan is over. */
  readonly next: LabStep | null;
}

/** What was found so far. */
export interface LabSeen extends Pick<
  ClientCheckReport,
  'verdict' | 'summary' | 'findings' | 'notSeen'
> {
  readonly connections: number;
  readonly open: number;
  readonly progress: readonly LabProgress[];
  /** Steps that cannot be made by this program; those of `npm run check-client` may be. */
  readonly notHere: readonly LabStep[];
  /** Says that connections were not let in, where some were not. */
  readonly notLetIn: string | null;
}

/** The lab that the interface has started; there is one at most. */
export interface ClientLab {
  readonly id: ClientLabId;
  readonly protocol: MailProtocol;
  readonly startedAt: number;
  readonly state:
    | { readonly kind: 'starting' }
    | ({ readonly kind: 'listening' } & LabListening)
    /** `problem` says why, where nobody asked for it. */
    | { readonly kind: 'stopped'; readonly at: number; readonly problem: string | null };
  readonly seen: LabSeen;
}

/** One connection to it. The latest thousand are shown. */
export interface ShownLabConnection {
  readonly id: LabConnectionId;
  readonly seen: LabConnection;
}
