/** One attempt on behalf of a watched mailbox, with the permissions and the password that it needs. */
import type { LookupFunction } from 'node:net';
import type { AccountId, Phase } from '../../../shared/model.ts';
import type { ConnectSettings } from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import type { SessionCache } from '../tls/index.ts';
import type { ConnectionLog } from './imap/connection-log.ts';
import type { HandshakeFacts } from './imap/handshake-record.ts';
import { ImapConnection } from './imap/imap-connection.ts';
import {
  BEFORE_CONNECTING,
  ConnectError,
  ConnectionEnded,
  failureFrom,
  type Failure,
} from '../failures/index.ts';
import type { PhaseLimits } from './imap/phase-limits.ts';

/** What every attempt of an account has in common. */
export interface AttemptContext {
  readonly account: AccountId;
  readonly settings: ConnectSettings;
  readonly password: () => Promise<string | null>;
  readonly sessions: SessionCache;
  readonly clock: Clock;
  readonly limits: PhaseLimits;
  readonly lookup: LookupFunction | undefined;
}

/** Which attempt it is. */
export interface AttemptPurpose {
  readonly mailbox: string;
  /** `false` where the attempt right before it failed with a session. */
  readonly offers: boolean;
}

/** What a watched mailbox hears of its attempt, in this order. */
export interface AttemptListener {
  /** The connection that can be ended from now on. */
  started(connection: ImapConnection): void;
  phase(phase: Phase): void;
  handshake(facts: HandshakeFacts): void;
  signedIn(): void;
  /** IDLE begins. */
  idle(messages: number): void;
  messages(messages: number): void;
}

/**
 * Connects, watches the mailbox, and stays until the connection ends. Never rejects.
 *
 * @param isWanted asked after each wait for something else than the connection itself
 * @returns why it ended; `null` when that was asked for
 */
export async function attempt(
  context: AttemptContext,
  { mailbox, offers }: AttemptPurpose,
  log: ConnectionLog,
  listener: AttemptListener,
  isWanted: () => boolean,
): Promise<Failure | null> {
  let connection: ImapConnection | null = null;
  try {
    const password = await readPassword(context.password);
    if (!isWanted()) return null;
    connection = new ImapConnection({
      settings: context.settings,
      password,
      sessions: context.sessions,
      account: context.account,
      name: mailbox,
      offers,
      clock: context.clock,
      limits: context.limits,
      lookup: context.lookup,
      log,
      onPhase: (phase) => {
        listener.phase(phase);
      },
      onHandshake: (facts) => {
        listener.handshake(facts);
      },
      onMessages: (messages) => {
        listener.messages(messages);
      },
    });
    listener.started(connection);
    await connection.signIn();
    listener.signedIn();
    const messages = await connection.open(mailbox);
    listener.idle(messages);
    return await connection.ended;
  } catch (error) {
    if (error instanceof ConnectionEnded) return error.failure;
    connection?.destroy();
    // Before there was a connection, or inside Reprise itself: neither repeats what was secret.
    const { settings, clock } = context;
    return failureFrom(error, BEFORE_CONNECTING, settings, clock.now(), (text) => text);
  }
}

async function readPassword(password: () => Promise<string | null>): Promise<string> {
  let stored: string | null;
  try {
    stored = await password();
  } catch (cause) {
    throw new ConnectError('SECRET_UNREADABLE', { cause });
  }
  if (stored === null || stored === '') throw new ConnectError('SECRET_MISSING');
  return stored;
}
