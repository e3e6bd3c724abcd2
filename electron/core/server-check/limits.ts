/** How much a check may ask of somebody else's server, and how its connections are shared out. */
import type { StepName } from '../failures/index.ts';

/** Rate limits of mail servers count connections by the minute; most allow 100 or more. */
export const MAX_CONNECTIONS = 80;
/** Between the end of one connection and the start of the next: no burst, and one at a time. */
export const GAP_MS = 50;
/** Large providers have dozens of addresses, which behave alike. */
export const MAX_ADDRESSES = 4;
/** Handshakes without a session that each row begins with: three are the fewest with a median. */
export const FULL_SAMPLES = 3;
/** One connection may fail for reasons that have nothing to do with the server; two are a sign. */
export const TROUBLES_IN_A_ROW = 2;

/** No step waits longer for its answer. */
export const STEP_LIMITS_MS = {
  dns: 5_000,
  tcp: 5_000,
  tls: 8_000,
  /** Servers make senders of spam impatient before they greet: Postfix waits 6 s by default. */
  greeting: 15_000,
  command: 10_000,
  /** All is known by then; the server is only given the time to say goodbye. */
  goodbye: 2_000,
} as const satisfies Record<StepName, number>;

/** RFC 5321 allows 512 octets in a reply line; IMAP's capabilities can be longer. */
export const MAX_LINE_LENGTH = 8_192;
/** A server that sends more than is being read of it waits. */
export const MAX_UNREAD_LENGTH = 8 * MAX_LINE_LENGTH;
/** Lines of one reply, such as SMTP's list of extensions. */
export const MAX_REPLY_LINES = 200;

/** A self-contained ticket seals a secret of 32 octets or more, an IV and a MAC: it is longer. */
export const STATEFUL_TICKET_BYTES = 64;

/** What each row may use for its regular part. */
export interface RowPlan {
  /** Handshakes without a session at the beginning. */
  readonly fulls: number;
  readonly attempts: number;
}

/** Shares the connections out evenly: `rows` at each of `addresses`, `wanted` attempts each. */
export function planRows(addresses: number, rows: number, wanted: number): RowPlan {
  const total = MAX_CONNECTIONS - addresses - acrossReserve(addresses, rows);
  const each = Math.floor(total / (addresses * rows));
  // One more is for offering a ticket a second time.
  const fulls = Math.max(1, Math.min(FULL_SAMPLES, each - wanted - 1));
  return { fulls, attempts: Math.max(1, Math.min(wanted, each - fulls - 1)) };
}

/** Kept back for offering the sessions of the first address at each other one. */
export function acrossReserve(addresses: number, rows: number): number {
  return (addresses - 1) * rows;
}

/** What the regular part of `rows` more rows needs. */
export function reserveFor({ fulls, attempts }: RowPlan, rows: number): number {
  return rows * (fulls + attempts + 1);
}
