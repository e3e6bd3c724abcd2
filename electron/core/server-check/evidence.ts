/** What was seen, as plain values: the verdict and the notes are functions of it. */
import type { AcrossAddresses, CheckCertificate, TicketMechanism } from '../../../shared/check.ts';
import type { TlsProtocol } from '../../../shared/model.ts';

/** A version of TLS with one of its ways to resume. */
export interface Row {
  readonly protocol: TlsProtocol;
  readonly mechanism: TicketMechanism;
}

/** In the order in which they are checked. TLS 1.3 knows tickets only. */
export const ROWS: readonly Row[] = [
  { protocol: 'TLSv1.3', mechanism: 'ticket' },
  { protocol: 'TLSv1.2', mechanism: 'ticket' },
  { protocol: 'TLSv1.2', mechanism: 'session-id' },
];

/** Whether both are of one version and mechanism. */
export function isSameRow(one: Row, other: Row): boolean {
  return one.protocol === other.protocol && one.mechanism === other.mechanism;
}

/** A connection that came to TLS. */
export interface Sample {
  readonly resumed: boolean;
  /** A session was offered. */
  readonly offered: boolean;
  /** Sessions of the row's mechanism that came with it. */
  readonly issued: number;
  readonly ms: number;
  readonly sentBytes: number;
  readonly receivedBytes: number;
}

/** What a handshake took that was resumed, or that offered nothing. */
export interface MeasuredHandshake {
  readonly protocol: TlsProtocol;
  readonly isResumed: boolean;
  /** From the ClientHello until TLS was there. */
  readonly ms: number;
  /** Of the server's certificate. */
  readonly fingerprint256: string;
}

/** A session that came, without its secret. */
export interface SessionSeen {
  /** The connection that it came with, by its number. */
  readonly connection: number;
  readonly onResumption: boolean;
  readonly lifetimeSeconds: number | null;
  /** `null` for session IDs. */
  readonly ticketBytes: number | null;
  /** The ticket's first 16 octets, where RFC 5077 puts the name of its key; in hexadecimal. */
  readonly keyName: string | null;
}

/** What one row showed at one address. */
export interface RowEvidence extends Row {
  readonly address: string;
  /** The server speaks this version. */
  readonly offered: boolean;
  readonly samples: readonly Sample[];
  readonly sessions: readonly SessionSeen[];
  readonly attempts: number;
  readonly resumed: number;
  readonly broken: number;
  readonly sameTicketTwice: boolean | null;
}

/** The evidence of a row that was not tested. */
export const NOTHING_SEEN: Omit<RowEvidence, keyof Row | 'address'> = {
  offered: true,
  samples: [],
  sessions: [],
  attempts: 0,
  resumed: 0,
  broken: 0,
  sameTicketTwice: null,
};

/** Everything that the notes are drawn from. */
export interface CheckEvidence {
  readonly rows: readonly RowEvidence[];
  readonly acrossAddresses: readonly AcrossAddresses[];
  readonly software: string | null;
  readonly certificates: readonly {
    readonly address: string;
    readonly certificate: CheckCertificate;
  }[];
  readonly startedAt: number;
  /** The check speaks TLS by BoringSSL, which does not tell of every lifetime. */
  readonly isBoringSsl: boolean;
}

/** What the ticket keys at one address tell. */
export interface TicketKeys {
  /** Different names seen. */
  readonly names: number;
  /** Connections that brought tickets. */
  readonly connections: number;
  /** Names that were seen on several connections: those keys outlive a connection. */
  readonly lasting: number;
}

/** `null` where tickets do not seem to name their keys: then no two of them begin alike. */
export function ticketKeysOf(rows: readonly RowEvidence[]): TicketKeys | null {
  const connectionsOf = new Map<string, Set<number>>();
  const connections = new Set<number>();
  let tickets = 0;
  for (const { keyName, connection } of rows.flatMap(({ sessions }) => sessions)) {
    if (keyName === null) continue;
    tickets += 1;
    connections.add(connection);
    const seen = connectionsOf.get(keyName) ?? new Set();
    connectionsOf.set(keyName, seen.add(connection));
  }
  if (connectionsOf.size === tickets) return null;
  return {
    names: connectionsOf.size,
    connections: connections.size,
    lasting: [...connectionsOf.values()].filter(({ size }) => size > 1).length,
  };
}
