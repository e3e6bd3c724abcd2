import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { LookupFunction } from 'node:net';
import type { ImapTransport, ImapTransportSocket, Logger } from 'imapflow';
import type {
  AccountId,
  Attempt,
  AttemptId,
  ConnectionId,
  Phase,
} from '../../../../shared/model.ts';
import type { ConnectSettings } from '../../accounts/index.ts';
import type { Clock, Timer } from '../../clock.ts';
import {
  ConnectError,
  ConnectionEnded,
  failureFrom,
  isAboutMailbox,
  isSignIn,
  kindOfCode,
  quoted,
  type Failure,
  type Refusal,
} from '../../failures/index.ts';
import { secretOf, type Credentials } from '../credentials.ts';
import { dialBy, straight, type Way } from '../../proxy/index.ts';
import { redactorFor, type Redact } from '../../log/index.ts';
import {
  createReuseTransport,
  MAX_TICKETS,
  withoutZone,
  type SessionCache,
  type TransportEvent,
} from '../../tls/index.ts';
import {
  advanceRecord,
  attemptOf,
  beginRecord,
  type AttemptRecord,
  type ConnectStep,
} from './attempt-record.ts';
import { transportLogLine, type ConnectionLog } from './connection-log.ts';
import { ImapClient } from './imap-client.ts';
import { imapflowLogger } from './imapflow-log.ts';
import { imapflowOptions, PHASE_LIMITS } from './imapflow-options.ts';
import { MOST_NAME_BYTES, MOST_NAMES } from './asked-for.ts';
import { InboundGuard } from './inbound.ts';
import { ownName } from './mailbox-names.ts';
import { MailboxWatch, type Watching } from './mailbox-watch.ts';
import { listMailboxes, openMailbox } from './open-mailbox.ts';
import { plainLine } from './plain-line.ts';

/** What comes of a connection unasked. */
export type ImapEvent =
  /** A phase of the connect has begun. */
  | { readonly kind: 'phase'; readonly phase: Phase }
  /** The attempt has an outcome, or more became known of it. */
  | { readonly kind: 'attempt'; readonly attempt: Attempt }
  /** The number of messages in the open mailbox has changed. */
  | { readonly kind: 'messages'; readonly messages: number }
  /** The server has something to say that people must see (RFC 9051 §7.1). */
  | { readonly kind: 'alert'; readonly text: string }
  /** The server was heard. */
  | { readonly kind: 'heard' }
  /** The server has taken up the watch, by IDLE or by leaving it to be asked. Once. */
  | { readonly kind: 'watching' }
  /** The server turned out to have no IDLE: it is asked now and then. */
  | { readonly kind: 'polling' };

/** Everything that one attempt needs, and who hears of it. */
export interface ImapConnectionDeps {
  readonly settings: ConnectSettings;
  readonly credentials: Credentials;
  /** Where a password is refused, the server may say which issuer it would have a token of. */
  readonly asksForIssuer: boolean;
  /** It takes the place of one whose access token ends. */
  readonly isPlanned: boolean;
  readonly sessions: SessionCache;
  /** Whose sessions may be offered. */
  readonly accountId: AccountId;
  readonly connectionId: ConnectionId;
  /** Said of the sessions that this connection brings: its mailbox. */
  readonly name: string;
  /** `false` where the attempt before broke off with a session. */
  readonly offers: boolean;
  readonly clock: Clock;
  /** Resolves names in place of the system's resolver: the host's, or that of the proxy to it. */
  readonly lookup: LookupFunction;
  /** Which way it goes. */
  readonly way: Way;
  readonly log: ConnectionLog;
  readonly report: (event: ImapEvent) => void;
}

/** What a server has, as far as it is told. */
export interface MailboxList {
  readonly names: readonly string[];
  /** There are others beside them. */
  readonly hasMore: boolean;
}

/** How long a server gets to answer LOGOUT; then the connection is closed all the same. */
export const LOGOUT_LIMIT_MS = 2000;

/**
 * One line that cannot be read may be a server's oddity; so many are another protocol, or noise that
 * a broken server would go on sending.
 */
const MAX_UNREADABLE_LINES = 20;

/**
 * One IMAP connection, from its first packet until its end; it is never used twice. The steps are
 * called in order: `signIn`, `open`; or `look` alone. Every one but that rejects with a {@link ConnectionEnded} when the
 * connection ends, for whatever reason; `ended` never rejects.
 */
export class ImapConnection {
  /** Why it ended: `null` when that was asked for. */
  readonly ended: Promise<Failure | null>;
  readonly #deps: ImapConnectionDeps;
  readonly #client: ImapClient;
  readonly #redact: Redact;
  readonly #inbound: InboundGuard;
  readonly #resolveEnded: (failure: Failure | null) => void;
  #record: AttemptRecord;
  /** The same one below STARTTLS and above it. */
  #socket: ImapTransportSocket | null = null;
  #limit: Timer | null = null;
  #mailbox = '';
  #hasGreeted = false;
  /** The one that the server has yet to answer. */
  #command: string | null = null;
  /** The answer to the latest one, where it was one. */
  #refusal: Refusal | null = null;
  /** The server's own name for it, where that is another. */
  #ownName: string | null = null;
  #watch: MailboxWatch | null = null;
  #isWatching = false;
  #byeLine: string | null = null;
  #strangeLine: string | null = null;
  /** It did not speak TLS: what it says instead is being asked for. */
  #asksForPlain = false;
  #unreadableLines = 0;
  /** TLS took too long: the transport has yet to say whether a session was offered in it. */
  #tlsTimeout: ConnectError | null = null;
  readonly #tlsTookTooLong = new AbortController();
  /** It ends as soon as TLS is there. */
  #onlyLooks = false;
  /** A step waits for the server. */
  #isBusy = false;
  #hasEnded = false;

  constructor(deps: ImapConnectionDeps) {
    this.#deps = deps;
    const { accountId, connectionId, clock, settings, credentials, report } = deps;
    this.#redact = redactorFor(settings.user, secretOf(credentials));
    const id = randomUUID() as AttemptId;
    this.#record = beginRecord(
      { id, accountId, connectionId, startedAt: clock.now(), planned: deps.isPlanned },
      clock.monotonic(),
    );
    ({ promise: this.ended, resolve: this.#resolveEnded } = Promise.withResolvers());
    this.#inbound = new InboundGuard(clock, {
      leftOut: (kind) => {
        this.#deps.log.add(`— ${kind} was not asked for, or is too long: left out`);
      },
      tooMuch: (error) => {
        this.#fail(error);
        // Said once more for who is logging out: nothing of it is waited for any longer.
        client.close();
      },
    });
    const client = new ImapClient(
      imapflowOptions(settings, credentials, this.#transport(), this.#logger()),
      deps.asksForIssuer,
    );
    this.#client = client;
    client.on('error', (error) => {
      this.#fail(error);
    });
    client.on('close', () => {
      this.#inbound.close();
      this.#fail(closedError);
    });
    const count = (messages: number): void => {
      report({ kind: 'messages', messages });
    };
    client.on('exists', (mailbox) => {
      count(mailbox.count);
    });
    client.on('expunge', () => {
      if (client.mailbox !== false) count(client.mailbox.exists);
    });
  }

  /** As far as it has come; `null` while its outcome is not known. */
  get attempt(): Attempt | null {
    return attemptOf(this.#record);
  }

  /** From which of the machine's addresses it goes out; `null` before it does, and afterwards. */
  get localAddress(): string | null {
    const address = this.#socket?.localAddress;
    // As the machine tells its addresses: Node has the zone of a scoped one here, and not there.
    return address === undefined ? null : withoutZone(address);
  }

  /** Of its verified certificate, as in `vouchers.ts`; `null` before there is one. */
  get hangsOn(): readonly string[] | null {
    return this.#record.tls?.hangsOn ?? null;
  }

  /** DNS, TCP, TLS, the greeting and the sign-in. */
  async signIn(): Promise<void> {
    this.#limitPhase('dns');
    await this.#run(this.#client.connect());
    this.#step({ kind: 'signed-in', at: this.#deps.clock.monotonic() });
  }

  /**
   * DNS, TCP and TLS, and nothing after it: no credentials, not even a greeting. Never rejects.
   *
   * @returns `'verified'` where the server is who it should be, else why that could not be said; `null`
   *   where it was ended here
   */
  async look(): Promise<'verified' | Failure | null> {
    this.#onlyLooks = true;
    this.#limitPhase('dns');
    this.#client.connect().catch((error: unknown) => {
      this.#fail(error);
    });
    const failure = await this.ended;
    return this.#record.tls?.outcome.kind === 'full' ? 'verified' : failure;
  }

  /**
   * Opens a mailbox read-only.
   *
   * @param others the mailboxes that are watched beside it: one of them may be the same
   * @returns how many messages it holds; `null` where the server does not say
   */
  async open(mailbox: string, others: readonly string[]): Promise<number | null> {
    this.#mailbox = mailbox;
    const own = this.ownName(mailbox);
    this.#ownName = own === mailbox ? null : own;
    if (this.#ownName !== null && others.includes(own))
      await this.#run(Promise.reject(new ConnectError('MAILBOX_TWICE')));
    this.#step({ kind: 'phase', phase: 'select', at: this.#deps.clock.monotonic() });
    const messages = await this.#run(openMailbox(this.#client, mailbox));
    this.#step({ kind: 'ready', at: this.#deps.clock.monotonic() });
    return messages;
  }

  /**
   * Whether a mailbox can be opened. A refusal that is not about this mailbox ends the connection, as
   * everything else that fails does.
   */
  async opens(mailbox: string): Promise<boolean> {
    this.#mailbox = mailbox;
    this.#step({ kind: 'phase', phase: 'select', at: this.#deps.clock.monotonic() });
    const isOpen = await this.#run(
      openMailbox(this.#client, mailbox).then(
        () => true,
        (error: unknown) => {
          if (isAboutMailbox(error)) return false;
          throw error;
        },
      ),
    );
    if (isOpen) this.#step({ kind: 'ready', at: this.#deps.clock.monotonic() });
    else this.#limit?.cancel();
    return isOpen;
  }

  /** The server's own name for a mailbox, once signed in. */
  ownName(mailbox: string): string {
    return ownName(mailbox, this.#client.namespaces);
  }

  /** Watches the mailbox that is open, and the server. @returns how that begins */
  watch(): Watching {
    const { clock, log, report } = this.#deps;
    this.#watch = new MailboxWatch({
      client: this.#client,
      clock,
      onPolling: () => {
        log.add('— The server has no IDLE: it is asked every 2 minutes');
        report({ kind: 'polling' });
      },
      onSilence: (error) => {
        this.#fail(error);
      },
    });
    const watching = this.#watch.start();
    if (watching === 'polling') this.#watching();
    return watching;
  }

  /** The mailboxes that can be opened, by their names: as many as anybody chooses from. */
  async list(): Promise<MailboxList> {
    this.#limitPhase('select');
    const names = await this.#run(listMailboxes(this.#client));
    this.#limit?.cancel();
    const listed = withinBytes(names.slice(0, MOST_NAMES), MOST_NAME_BYTES);
    const hasMore = this.#inbound.namesLeftOut > 0 || listed.length < names.length;
    return { names: listed, hasMore };
  }

  /** Says goodbye to the server, where there is one to listen, and closes. Never rejects. */
  async logOut(): Promise<void> {
    if (this.#hasEnded) return;
    this.#finish(null);
    const limit = this.#deps.clock.after(LOGOUT_LIMIT_MS, () => {
      this.#client.close();
    });
    try {
      // Before the sign-in there is nothing to end, and a LOGOUT waits for the command before it.
      if (this.#client.usable && !this.#isBusy) await this.#client.logout();
    } catch {
      // The connection broke while it was being ended, which is an end as well.
    } finally {
      limit.cancel();
      this.#client.close();
    }
  }

  /** Closes without a word: for when the network is gone. */
  destroy(): void {
    this.#finish(null);
    this.#client.close();
  }

  /** The way to the server, which offers and stores sessions as it was told. */
  #transport(): ImapTransport {
    const { sessions, accountId, name, settings, lookup, way, offers, clock } = this.#deps;
    const after = (delayMs: number, run: () => void): Timer => clock.after(delayMs, run);
    const transport = createReuseTransport({
      cache: sessions,
      account: accountId,
      user: settings.user,
      connection: name,
      trust: settings.trust,
      offers,
      tookTooLong: this.#tlsTookTooLong.signal,
      inbound: this.#inbound,
      after,
      onEvent: (event) => {
        this.#transportEvent(event);
      },
      lookup,
      ...(way === straight ? {} : { dial: dialBy(way, { lookup, after }) }),
    });
    // Before imapflow, which may say of it only that the connection is gone.
    const heard = <Kind extends ImapTransportSocket>(socket: Kind): Kind => {
      socket.on('error', (error: Error) => {
        this.#fail(error);
      });
      return socket;
    };
    return {
      ...transport,
      connect: (target, onConnect) => {
        const socket = heard(transport.connect(target, onConnect));
        this.#socket = socket;
        if (!target.secure) this.#watchPlainText(socket);
        return socket;
      },
      upgrade: (socket, target, onSecure) => heard(transport.upgrade(socket, target, onSecure)),
    };
  }

  /** Until STARTTLS anybody on the way may be the server. */
  #watchPlainText(socket: ImapTransportSocket): void {
    // Not the stream's own method, which would make it flow.
    EventEmitter.prototype.on.call(socket, 'data', (bytes: Buffer) => {
      this.#inbound.inTheClear(bytes);
    });
  }

  #transportEvent(event: TransportEvent): void {
    // What comes after the end is the echo of our own closing.
    if (this.#hasEnded) return;
    const line = transportLogLine(event, this.#deps.settings);
    if (line !== null) this.#deps.log.add(line);
    this.#step(event);
    if (event.kind === 'ticket' && event.received > MAX_TICKETS)
      this.#fail(new ConnectError('FLOODING'));
    if (event.kind !== 'handshake') return;
    if (event.outcome.kind !== 'failed') {
      if (this.#onlyLooks) this.destroy();
      return;
    }
    const { error, sessionOffered } = event.outcome;
    // With a session offered, it may be that: without, it is tried at once.
    const isPlain = !sessionOffered && this.#deps.settings.security === 'tls' && isNotTls(error);
    if (isPlain) void this.#failPlain(error);
    else this.#fail(this.#tlsTimeout ?? error);
  }

  /** Fails with what the server says where it should speak TLS. */
  async #failPlain(error: Error): Promise<void> {
    const { settings, lookup, way, clock } = this.#deps;
    this.#asksForPlain = true;
    this.#limit?.cancel();
    const line = await plainLine(settings, way, lookup, clock);
    this.#asksForPlain = false;
    if (line !== null && /^\* BYE\b/i.test(line)) this.#byeLine = line.slice(2);
    this.#fail(error, line);
  }

  #logger(): Logger {
    return imapflowLogger({
      line: (text) => {
        this.#deps.log.add(text, this.#redact);
      },
      heard: () => {
        if (!this.#hasEnded) this.#deps.report({ kind: 'heard' });
      },
      sent: (command) => {
        this.#command = command;
        this.#refusal = null;
        if (isSignIn(command) && !this.#hasEnded)
          this.#step({ kind: 'phase', phase: 'login', at: this.#deps.clock.monotonic() });
      },
      answered: (line) => {
        const command = this.#command;
        this.#command = null;
        if (command === 'IDLE') this.#watching();
        if (command !== null && /^(?:NO|BAD)\b/i.test(line)) this.#refusal = { command, line };
      },
      continued: () => {
        if (this.#command === 'IDLE') this.#watching();
      },
      firstLine: (text) => {
        this.#hasGreeted = /^\* (?:OK|PREAUTH|BYE)\b/i.test(text);
        if (this.#hasGreeted) return;
        this.#strangeLine = text;
        this.#fail(new ConnectError('NOT_IMAP'));
      },
      unreadable: () => {
        this.#unreadableLines += 1;
        if (this.#unreadableLines > MAX_UNREADABLE_LINES) this.#fail(new ConnectError('NOT_IMAP'));
      },
      bye: (text) => {
        this.#byeLine = text;
      },
      alert: (text) => {
        // In the clear, anybody on the way may have said it.
        const { tls } = this.#record;
        if (tls === null || tls.outcome.kind === 'failed') return;
        this.#deps.report({ kind: 'alert', text: quoted(text, this.#redact) });
      },
      throttled: (error) => {
        this.#fail(error);
      },
    });
  }

  #watching(): void {
    if (this.#isWatching || this.#hasEnded) return;
    this.#isWatching = true;
    this.#deps.report({ kind: 'watching' });
  }

  /** Waits for a step of imapflow, but no longer than the connection lasts. */
  async #run<Result>(step: Promise<Result>): Promise<Result> {
    this.#isBusy = true;
    try {
      return await Promise.race([step, this.ended.then(throwEnded)]);
    } catch (error) {
      this.#fail(error);
      throw new ConnectionEnded(await this.ended);
    } finally {
      this.#isBusy = false;
    }
  }

  #limitPhase(phase: Phase): void {
    const limitMs = PHASE_LIMITS[phase];
    this.#limit?.cancel();
    this.#limit = this.#deps.clock.after(limitMs, () => {
      const timeout = new ConnectError('PHASE_TIMEOUT', { limitMs });
      if (phase !== 'tls') {
        // A session that was taken up may be why.
        if (phase === 'greeting') this.#tlsTookTooLong.abort();
        this.#fail(timeout);
        return;
      }
      this.#tlsTimeout = timeout;
      this.#tlsTookTooLong.abort();
      this.#client.close();
    });
  }

  #step(step: ConnectStep): void {
    this.#record = advanceRecord(this.#record, step);
    if (step.kind === 'phase') {
      this.#limitPhase(step.phase);
      this.#deps.report(step);
    } else if (step.kind === 'signed-in' || step.kind === 'ready') {
      this.#limit?.cancel();
    }
    const { attempt } = this;
    if (attempt !== null) this.#deps.report({ kind: 'attempt', attempt });
  }

  /** Ends it with the first thing that went wrong; what follows from that is not looked at. */
  #fail(error: unknown, plain: string | null = null): void {
    if (this.#hasEnded || this.#asksForPlain) return;
    if (this.#tlsTimeout !== null && this.#record.tls === null) return;
    const failure = failureFrom(
      error,
      {
        phase: this.#record.phase,
        mailbox: this.#mailbox,
        ownName: this.#ownName,
        tls: this.#record.tls,
        isHeard: this.#record.attempt.receivedBytes !== null,
        hasGreeted: this.#hasGreeted,
        command: this.#command,
        refusal: this.#refusal,
        byeLine: this.#byeLine,
        strangeLine: this.#strangeLine,
        plainLine: plain,
        byToken: this.#deps.credentials.kind === 'token',
      },
      this.#deps.settings,
      this.#deps.clock.now(),
      this.#redact,
    );
    this.#step({ kind: 'failed', problem: failure.problem });
    this.#deps.log.add(`! ${failure.problem.message}`);
    this.#finish(failure);
    this.#client.close();
  }

  #finish(failure: Failure | null): void {
    this.#hasEnded = true;
    this.#limit?.cancel();
    this.#watch?.end();
    this.#resolveEnded(failure);
  }
}

/** As many of the names as take no more than `bytes` on their way to an interface. */
function withinBytes(names: readonly string[], bytes: number): readonly string[] {
  let left = bytes;
  const end = names.findIndex((name) => {
    left -= Buffer.byteLength(JSON.stringify(name)) + 1;
    return left < 0;
  });
  return end < 0 ? names : names.slice(0, end);
}

/** The connection is gone, and nobody said why. */
const closedError = Object.assign(new Error('The connection was closed.'), {
  code: 'NoConnection',
});

function isNotTls(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && kindOfCode(error.code) === 'not-tls';
}

function throwEnded(failure: Failure | null): never {
  throw new ConnectionEnded(failure);
}
