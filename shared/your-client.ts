/**
 * What a pass-through sees of the connections of somebody's program to its server: the state of a
 * screen, and the document of `npm run watch-client -- --json`.
 */
import { z } from 'zod';
import type { CheckTarget } from './check.ts';
import type { ClientConnectionId, ClientWatchId } from './ids.ts';
import type { ClientWatchInput } from './inputs.ts';

/** Raised when a field goes or changes its meaning, or a closed set grows. */
export const WATCH_SCHEMA_VERSION = 1;

/** Oldest first. */
export const WATCHED_VERSIONS = ['SSLv3', 'TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

/** Why no TLS connection came about. */
export const WATCH_FAILURES = [
  /** The client said nothing. */
  'client-silent',
  /** The client spoke in plain text to the end. */
  'client-plain',
  /** What the client sent is neither text nor TLS. */
  'client-garbage',
  /** A ClientHello in the framing of SSL 2. */
  'client-ssl2',
  /** The client closed before the server had answered its ClientHello. */
  'client-left',
  /** The client gave up once it had seen the server's answer. */
  'client-gave-up',
  /** The server answered a ClientHello in plain text. */
  'server-plain',
  'server-garbage',
  /** The server closed or reset the connection in place of an answer. */
  'server-left',
  /** The server refused the ClientHello with an alert. */
  'server-alert',
  /** The server could not be reached; `text` says how. */
  'server-unreachable',
  /** The way to the server leads back here. */
  'loop',
  /** The machine has no socket or port for it. */
  'no-socket',
] as const;

const count = z.int().min(0);
/** How a session is offered and taken up. */
export const mechanismSchema = z.enum(['tls13-ticket', 'tls12-ticket', 'session-id']);

const programSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('process'), name: z.string(), pid: z.int() }),
  /** Not looked up yet. */
  z.object({ kind: z.literal('pending') }),
  /** Its process belongs to another user, who may look at it alone. */
  z.object({ kind: z.literal('other-user') }),
  /** Its process had closed the connection before it was found. */
  z.object({ kind: z.literal('gone') }),
  /** On another machine, or in a container. */
  z.object({ kind: z.literal('elsewhere') }),
  /** This system does not tell. */
  z.object({ kind: z.literal('not-told') }),
]);

const outcomeSchema = z.discriminatedUnion('kind', [
  /** The handshake is not over. */
  z.object({ kind: z.literal('pending') }),
  z.object({ kind: z.literal('resumed'), mechanism: mechanismSchema }),
  z.object({
    kind: z.literal('full'),
    /** Nothing was offered; with `takes-none` the ClientHello says that it takes no tickets. */
    reason: z.enum(['none-offered', 'takes-none']),
  }),
  /** A session was offered, the server made a full handshake. */
  z.object({ kind: z.literal('refused'), mechanism: mechanismSchema }),
  z.object({
    kind: z.literal('failed'),
    reason: z.enum(WATCH_FAILURES),
    /** What the server had made of the ClientHello by then; `null` where it had not answered. */
    answer: z.enum(['resumed', 'full', 'refused']).nullable(),
    text: z.string(),
  }),
]);

export const offerSchema = z.object({
  mechanism: mechanismSchema,
  /** The connection that offered the same one first; `null` where this is the first. */
  sameAs: z.int().min(1).nullable(),
  /** The connection that it came by; not to be seen under TLS 1.3. */
  issuedBy: z.int().min(1).nullable(),
});

const endSchema = z.object({
  /** Who ended first: a server, a client, or the pass-through itself. */
  by: z.enum(['client', 'server', 'pass-through']),
  how: z.enum(['close', 'reset']),
  /**
   * Whether the client said goodbye with close_notify. Under TLS 1.3 it is encrypted, and a guess by
   * its length; `null` where no handshake was over.
   */
  closeNotify: z.enum(['yes', 'no', 'likely', 'unlikely']).nullable(),
  afterMs: z.number(),
});

export const connectionSchema = z.object({
  /** Counted from 1. */
  number: z.int().min(1),
  /** In ms since the epoch. */
  startedAt: z.number(),
  program: programSchema,
  /** As the ClientHello names it; `null` where it names none, or has not come. */
  serverName: z.string().nullable(),
  /** How TLS began: with the first byte, or after text; `null` where it has not. */
  begins: z.enum(['tls', 'starttls']).nullable(),
  /** As the server chose it. */
  version: z.enum(WATCHED_VERSIONS).nullable(),
  offers: z.array(offerSchema),
  outcome: outcomeSchema,
  /** `null` while it lasts. */
  ended: endSchema.nullable(),
  earlyData: z.boolean(),
  /** The server asked for another ClientHello. */
  helloRetried: z.boolean(),
  renegotiated: z.boolean(),
  sentBytes: count,
  receivedBytes: count,
});

const countsSchema = z.object({
  connections: count,
  open: count,
  resumed: count,
  full: count,
  refused: count,
  failed: count,
});

export const watchReportSchema = z.object({
  schemaVersion: z.literal(WATCH_SCHEMA_VERSION),
  program: z.object({ name: z.literal('Reprise'), version: z.string() }),
  startedAt: z.number(),
  tookMs: z.number(),
  server: z.object({
    host: z.string(),
    port: z.int().min(1).max(65_535),
    addresses: z.array(z.string()),
  }),
  listening: z.object({
    address: z.string(),
    port: z.int().min(1).max(65_535),
    /** Who can reach it. */
    reach: z.enum(['this-machine', 'network']),
  }),
  summary: z.string(),
  /** Of all connections, those that are not listed among them. */
  counts: countsSchema,
  /** The latest, oldest first. */
  connections: z.array(connectionSchema),
  /** Earlier ones that are counted and not listed. */
  leftOut: count,
  /** Those that were not let in, because too many were open: no row tells of them. */
  notLetIn: count,
});

export type WatchReport = z.infer<typeof watchReportSchema>;
export type WatchedConnection = z.infer<typeof connectionSchema>;
export type WatchedProgram = WatchedConnection['program'];
export type WatchedOutcome = WatchedConnection['outcome'];
export type WatchedOffer = WatchedConnection['offers'][number];
export type WatchedEnd = NonNullable<WatchedConnection['ended']>;
export type WatchedVersion = (typeof WATCHED_VERSIONS)[number];
export type WatchFailure = (typeof WATCH_FAILURES)[number];
export type WatchCounts = WatchReport['counts'];

/** The server that a program talks to. */
export type WatchedServer = Omit<CheckTarget, 'servername'>;

/** How a program is pointed at a pass-through: it goes on dialling the server's own name. */
export interface Pointing {
  /** An address at which the pass-through is reached. */
  readonly address: string;
  readonly port: number;
  /** The line of a hosts file; `null` where the server has no name, or one that is always this machine. */
  readonly hostsLine: string | null;
  /** A command for a shell. */
  readonly curl: string;
}

/** A pass-through that the interface has started. */
export interface ClientWatch {
  readonly id: ClientWatchId;
  /** As it was asked for, to be asked for again. */
  readonly typed: ClientWatchInput;
  readonly server: WatchedServer;
  readonly startedAt: number;
  readonly state:
    | { readonly kind: 'starting' }
    | {
        readonly kind: 'listening';
        readonly listening: WatchReport['listening'];
        /** Of the server. */
        readonly addresses: readonly string[];
        readonly pointing: Pointing;
      }
    /** `problem` says why, where nobody asked for it. */
    | { readonly kind: 'stopped'; readonly at: number; readonly problem: string | null };
  readonly counts: WatchCounts;
  readonly summary: string;
  /** Says that connections were not let in, where some were not. */
  readonly notLetIn: string | null;
}

/** One connection through a pass-through. The latest thousand of each are shown; all are counted. */
export interface ClientConnection {
  readonly id: ClientConnectionId;
  readonly watchId: ClientWatchId;
  readonly seen: WatchedConnection;
}

/** The JSON Schema (2020-12) of a {@link WatchReport}. */
export function watchReportJsonSchema(): object {
  return { title: 'Reprise, your client', ...z.toJSONSchema(watchReportSchema) };
}
