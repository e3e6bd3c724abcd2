import type { LookupFunction } from 'node:net';
import type { Phase } from '../../../../shared/model.ts';
import type { ConnectSettings } from '../../accounts/index.ts';
import type { Clock } from '../../clock.ts';
import { createReuseTransport, type SessionCache, type TransportEvent } from '../../tls/index.ts';
import type { ConnectionLog } from './connection-log.ts';
import type { HandshakeFacts } from './handshake-record.ts';
import { trackLocalAddress, type TrackedTransport } from './local-address.ts';
import type { PhaseLimits } from './phase-limits.ts';

/** Everything that one attempt needs, and who hears of it. */
export interface ImapConnectionOptions {
  readonly settings: ConnectSettings;
  readonly password: string;
  readonly sessions: SessionCache;
  /** Whose sessions may be offered. */
  readonly account: string;
  /** `false` where the attempt before failed with a session; default `true`. */
  readonly offers?: boolean;
  /** Said of the sessions that this connection brings: its mailbox. */
  readonly name?: string;
  readonly clock: Clock;
  readonly limits: PhaseLimits;
  readonly log: ConnectionLog;
  /** Resolves the host's name in place of the system's resolver. */
  readonly lookup?: LookupFunction | undefined;
  /** A phase of the connect has begun. */
  readonly onPhase?: (phase: Phase) => void;
  /** The handshake has an outcome, or more became known of it. */
  readonly onHandshake?: (facts: HandshakeFacts) => void;
  /** The number of messages in the open mailbox has changed. */
  readonly onMessages?: (messages: number) => void;
}

/**
 * The way to the server, which offers and stores sessions as the options say.
 *
 * @param tookTooLong aborted when TLS has passed its limit
 */
export function connectionTransport(
  options: ImapConnectionOptions,
  onEvent: (event: TransportEvent) => void,
  tookTooLong: AbortSignal,
): TrackedTransport {
  const { sessions, account, name, settings, lookup, offers = true } = options;
  return trackLocalAddress(
    createReuseTransport({
      cache: sessions,
      account,
      user: settings.user,
      ...(name === undefined ? {} : { connection: name }),
      trust: settings.trust,
      offers,
      tookTooLong,
      onEvent,
      ...(lookup === undefined ? {} : { lookup }),
    }),
  );
}
