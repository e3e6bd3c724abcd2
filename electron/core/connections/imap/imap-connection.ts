import { ImapFlow } from 'imapflow';
import type { Phase } from '../../../../shared/model.ts';
import type { Timer } from '../../clock.ts';
import type { TransportEvent } from '../../tls/index.ts';
import { ConnectError, ConnectionEnded, failureFrom, type Failure } from '../../failures/index.ts';
import {
  advanceRecord,
  beginRecord,
  handshakeFacts,
  type ConnectStep,
  type HandshakeRecord,
} from './handshake-record.ts';
import { connectionTransport, type ImapConnectionOptions } from './imap-connection-options.ts';
import { imapflowLogger } from './imapflow-log.ts';
import { imapflowOptions } from './imapflow-options.ts';
import type { TrackedTransport } from './local-address.ts';
import { redactorFor, type Redact } from '../../log/redaction.ts';
import { transportLogLine } from './transport-log.ts';

/** How long a server gets to answer LOGOUT; then the connection is closed all the same. */
export const LOGOUT_LIMIT_MS = 2000;

/**
 * One line that cannot be read may be a server's oddity; so many are another protocol, or noise that
 * a broken server would go on sending.
 */
const MAX_UNREADABLE_LINES = 20;

/**
 * One IMAP connection, from its first packet until its end; it is never used twice. The steps are
 * called in order: `signIn`, `open`. Every one rejects with a {@link ConnectionEnded} when the
 * connection ends, for whatever reason; `ended` never rejects.
 */
export class ImapConnection {
  /** Why it ended: `null` when that was asked for. */
  readonly ended: Promise<Failure | null>;
  readonly #options: ImapConnectionOptions;
  readonly #client: ImapFlow;
  readonly #transport: TrackedTransport;
  readonly #redact: Redact;
  readonly #resolveEnded: (failure: Failure | null) => void;
  #record: HandshakeRecord;
  #phase: Phase | 'idle' = 'dns';
  #limit: Timer | null = null;
  #mailbox = '';
  #byeLine: string | null = null;
  #strangeLine: string | null = null;
  #unreadableLines = 0;
  /** TLS took too long: the transport has yet to say whether a session was offered in it. */
  #tlsTimeout: ConnectError | null = null;
  readonly #tlsTookTooLong = new AbortController();
  /** A step waits for the server. */
  #isBusy = false;
  #hasEnded = false;

  constructor(options: ImapConnectionOptions) {
    this.#options = options;
    const { clock, settings, password } = options;
    this.#redact = redactorFor(settings.user, password);
    this.#record = beginRecord(clock.now(), clock.monotonic());
    ({ promise: this.ended, resolve: this.#resolveEnded } = Promise.withResolvers());
    this.#transport = connectionTransport(
      options,
      (event) => {
        this.#transportEvent(event);
      },
      this.#tlsTookTooLong.signal,
    );
    const { transport } = this.#transport;
    const client = new ImapFlow(
      imapflowOptions(settings, password, transport, this.#imapflowLogger()),
    );
    this.#client = client;
    client.on('error', (error) => {
      this.#fail(error);
    });
    client.on('close', () => {
      this.#fail(closedError);
    });
    client.on('exists', ({ count }) => options.onMessages?.(count));
    client.on('expunge', () => {
      this.#countMessages();
    });
    client.on('mailboxOpen', ({ exists }) => options.onMessages?.(exists));
  }

  /** From which of the machine's addresses it goes out; `null` before it does, and afterwards. */
  get localAddress(): string | null {
    return this.#transport.localAddress();
  }

  /** DNS, TCP, TLS, the greeting and the sign-in. */
  async signIn(): Promise<void> {
    this.#enter('dns');
    await this.#run(this.#client.connect());
    this.#leavePhase();
  }

  /**
   * Opens a mailbox to watch it; from then on IDLE keeps it current. Read-only (EXAMINE), because
   * watching must not take the `\Recent` flag from the messages.
   *
   * @returns how many messages it holds
   */
  async open(mailbox: string): Promise<number> {
    this.#mailbox = mailbox;
    this.#step({ kind: 'phase', phase: 'select', at: this.#options.clock.monotonic() });
    this.#enter('select');
    const { exists } = await this.#run(this.#client.mailboxOpen(mailbox, { readOnly: true }));
    this.#leavePhase();
    this.#step({ kind: 'ready', at: this.#options.clock.monotonic() });
    this.#phase = 'idle';
    return exists;
  }

  /** The mailboxes that can be opened, by their names. */
  async list(): Promise<readonly string[]> {
    this.#limitPhase('select');
    const entries = await this.#run(this.#client.list({ listOnly: true }));
    this.#limit?.cancel();
    return entries.filter(({ flags }) => !flags.has(String.raw`\Noselect`)).map(({ path }) => path);
  }

  /** Says goodbye to the server, where there is one to listen, and closes. Never rejects. */
  async logOut(): Promise<void> {
    if (this.#hasEnded) return;
    this.#finish(null);
    const limit = this.#options.clock.after(LOGOUT_LIMIT_MS, () => {
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

  #transportEvent(event: TransportEvent): void {
    // What comes after the end is the echo of our own closing.
    if (this.#hasEnded) return;
    const line = transportLogLine(event, this.#options.settings);
    if (line !== null) this.#options.log.add(line);
    this.#step(event);
    if (event.kind === 'phase') this.#enter(event.phase);
    else if (event.kind === 'handshake' && event.outcome.kind === 'failed')
      this.#fail(this.#tlsTimeout ?? event.outcome.error);
  }

  #imapflowLogger() {
    return imapflowLogger({
      line: (text) => {
        this.#options.log.add(text, this.#redact);
      },
      signInSent: () => {
        if (this.#hasEnded) return;
        this.#step({ kind: 'phase', phase: 'login', at: this.#options.clock.monotonic() });
        this.#enter('login');
      },
      firstLine: (text) => {
        if (/^\* (?:OK|PREAUTH|BYE)\b/i.test(text)) return;
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
      throttled: (error) => {
        this.#fail(error);
      },
    });
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

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#limitPhase(phase);
    this.#options.onPhase?.(phase);
  }

  #limitPhase(phase: Phase): void {
    const limitMs = this.#options.limits[phase];
    this.#limit?.cancel();
    this.#limit = this.#options.clock.after(limitMs, () => {
      const timeout = new ConnectError('PHASE_TIMEOUT', { limitMs });
      if (phase !== 'tls') {
        this.#fail(timeout);
        return;
      }
      this.#tlsTimeout = timeout;
      this.#tlsTookTooLong.abort();
      this.#client.close();
    });
  }

  #leavePhase(): void {
    this.#limit?.cancel();
    this.#step({ kind: 'phase-end', at: this.#options.clock.monotonic() });
  }

  #step(step: ConnectStep): void {
    this.#record = advanceRecord(this.#record, step);
    const facts = handshakeFacts(this.#record);
    if (facts !== null) this.#options.onHandshake?.(facts);
  }

  #countMessages(): void {
    const { mailbox } = this.#client;
    if (mailbox !== false) this.#options.onMessages?.(mailbox.exists);
  }

  /** Ends it with the first thing that went wrong; what follows from that is not looked at. */
  #fail(error: unknown): void {
    if (this.#hasEnded || (this.#tlsTimeout !== null && this.#record.tls === null)) return;
    const failure = failureFrom(
      error,
      {
        phase: this.#phase,
        mailbox: this.#mailbox,
        tls: this.#record.tls,
        byeLine: this.#byeLine,
        strangeLine: this.#strangeLine,
      },
      this.#options.settings,
      this.#options.clock.now(),
      this.#redact,
    );
    this.#step({ kind: 'failed', problem: failure.problem });
    this.#options.log.add(`! ${failure.problem.message}`);
    this.#finish(failure);
    this.#client.close();
  }

  #finish(failure: Failure | null): void {
    this.#hasEnded = true;
    this.#limit?.cancel();
    this.#resolveEnded(failure);
  }
}

/** The connection is gone, and nobody said why. */
const closedError = Object.assign(new Error('The connection was closed.'), {
  code: 'NoConnection',
});

function throwEnded(failure: Failure | null): never {
  throw new ConnectionEnded(failure);
}
