import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { type Argument, CommandReader, parseCommand, TooLongError } from './imap-syntax.ts';
import type { Mailbox, MailStore } from './mailboxes.ts';

/** The steps of a connection, in the order in which it gets there. */
export type Step =
  /** TCP is connected, nothing was read. */
  | 'accept'
  /** TLS is about to begin. */
  | 'handshake'
  /** TLS is there, and nothing was sent over it. */
  | 'secured'
  | 'greeting'
  | 'capability'
  | 'starttls'
  | 'login'
  | 'list'
  | 'select'
  | 'idle'
  | 'logout';

/**
 * Stands beside one connection: hears of it, and may do something else in the server's place. Tests
 * have one, the demo has none.
 */
export interface Onlooker {
  /**
   * Comes before each step. What it gives is done in place of the right thing, `null` leaves that
   * to the server.
   *
   * @param tag of the command that is to be answered
   */
  instead(step: Step, stream: Duplex, tag: string): Promise<Instead | null>;
  /** `null` where it failed. */
  onHandshake(secured: TLSSocket | null): void;
  /** Comes before the command is answered. */
  onCommand(name: string): void;
  onLogin(attempt: LoginAttempt): void;
  /** IDLE began on a mailbox, or ended. */
  onIdle(mailbox: string | null): void;
}

/** One attempt to log in. The password is compared and not kept. */
export interface LoginAttempt {
  readonly user: string;
  readonly ok: boolean;
}

/** What stands between client and server; `plain` means that STARTTLS is required. */
export type Layer = 'tls' | 'plain' | 'tls-after-starttls';

/** A command that the demo servers know. */
export interface CommandKind {
  readonly needs: 'nothing' | 'login' | 'mailbox';
  /** Where an onlooker may step in before it is answered. */
  readonly step?: Step;
  /** Answers it. Gives the tagged reply, or `null` where none is due. */
  readonly run: (
    session: ImapSession,
    args: readonly Argument[],
    name: string,
  ) => string | null | Promise<string | null>;
}

/** What a session works on, and whom it tells. */
export interface ImapSessionOptions {
  readonly commands: ReadonlyMap<string, CommandKind>;
  readonly mail: MailStore;
  /** How the server calls itself. */
  readonly software: string;
  /** Whether this user may sign in with this password. */
  readonly accepts: (user: string, password: string) => boolean;
  readonly layer: Layer;
  readonly onlooker: Onlooker | null;
}

/** How a session ended. */
export type SessionEnd =
  /** The connection is over, or is to be closed in order. */
  | 'closed'
  /** To be reset. */
  | 'reset'
  /** To be kept open without a word. */
  | 'hang'
  /** The client was told to begin TLS. */
  | 'starttls';

/** How it ends early, or goes on after another answer was given. */
export type Instead = SessionEnd | 'answered';

/**
 * Answers one IMAP connection: enough of RFC 3501 for imapflow to log in, list, select and IDLE,
 * on mailboxes that are nothing but counts. It is not a mail server: nothing can be fetched,
 * searched, stored or appended.
 */
export class ImapSession {
  readonly options: ImapSessionOptions;
  readonly reader: CommandReader;
  readonly #stream: Duplex;
  authenticated = false;
  selected: Mailbox | null = null;
  #idling = false;
  /** Of the command that is being answered. */
  #tag = '*';
  /** Set by a command that is the last one. */
  end: SessionEnd | null = null;
  #unsent: string[] = [];

  constructor(stream: Duplex, options: ImapSessionOptions) {
    this.#stream = stream;
    this.options = options;
    this.reader = new CommandReader(stream);
  }

  /** Serves until the end, of which the caller takes care. */
  async serve(): Promise<SessionEnd> {
    const stopListening = this.options.mail.listen((mailbox, event) => {
      if (mailbox !== this.selected?.name) return;
      this.#unsent.push(
        event.kind === 'exists' ? `${event.messages} EXISTS` : `${event.sequence} EXPUNGE`,
      );
      if (this.idling) this.sendNews();
    });
    try {
      if (this.options.layer !== 'tls-after-starttls' && !(await this.isInstead('greeting'))) {
        this.untagged(`OK [CAPABILITY ${this.capabilities}] ${this.options.software} ready`);
      }
      while (this.end === null) {
        const line = await this.reader.command();
        if (line === null) return 'closed';
        await this.#answer(line);
        if (this.#stream.writableNeedDrain) await this.#drained();
      }
      return this.end;
    } catch (error) {
      if (!(error instanceof TooLongError)) throw error;
      this.untagged(`BYE ${error.message}`);
      return 'closed';
    } finally {
      stopListening();
    }
  }

  get idling(): boolean {
    return this.#idling;
  }

  set idling(idling: boolean) {
    this.#idling = idling;
    if (idling) this.sendNews();
    this.options.onlooker?.onIdle(idling ? (this.selected?.name ?? null) : null);
  }

  get capabilities(): string {
    const { layer } = this.options;
    const always = 'IMAP4rev1 LITERAL+ SASL-IR ID ENABLE';
    if (layer === 'plain') return `${always} LOGINDISABLED STARTTLS`;
    if (!this.authenticated) return `${always} AUTH=PLAIN AUTH=LOGIN`;
    return `${always} IDLE NAMESPACE UNSELECT CHILDREN SPECIAL-USE LIST-EXTENDED LIST-STATUS`;
  }

  untagged(text: string): void {
    this.raw(`* ${text}\r\n`);
  }

  raw(text: string): void {
    if (this.#stream.writable) this.#stream.write(text);
  }

  /** Sends what happened in the selected mailbox since the last time. */
  sendNews(): void {
    for (const line of this.#unsent.splice(0)) this.untagged(line);
  }

  /** Selects, or deselects with `null`; what happened in the mailbox before is no news. */
  select(mailbox: Mailbox | null): void {
    this.selected = mailbox;
    this.#unsent = [];
  }

  /** Whether something else was done at this step in place of the right thing. */
  async isInstead(step: Step): Promise<boolean> {
    const instead = (await this.options.onlooker?.instead(step, this.#stream, this.#tag)) ?? null;
    if (instead !== null && instead !== 'answered') this.end = instead;
    return instead !== null;
  }

  async #answer(line: string): Promise<void> {
    const command = parseCommand(line);
    if (command === null) {
      this.untagged('BAD This is not an IMAP command');
      return;
    }
    this.options.onlooker?.onCommand(command.name);
    const known = this.options.commands.get(command.name);
    const { tag } = command;
    this.#tag = tag;
    if (known === undefined) {
      this.raw(`${tag} BAD Unknown command\r\n`);
    } else if (command.arguments === null) {
      this.raw(`${tag} BAD The arguments cannot be read\r\n`);
    } else if (known.needs === 'login' && !this.authenticated) {
      this.raw(`${tag} BAD Log in first\r\n`);
    } else if (known.needs === 'mailbox' && this.selected === null) {
      this.raw(`${tag} BAD Select a mailbox first\r\n`);
    } else if (known.step === undefined || !(await this.isInstead(known.step))) {
      const reply = await known.run(this, command.arguments, command.name);
      if (reply === null) return;
      this.sendNews();
      this.raw(`${tag} ${reply}\r\n`);
    }
  }

  /** The client has read what was sent, or is gone. */
  async #drained(): Promise<void> {
    const waiting = new AbortController();
    const { signal } = waiting;
    try {
      await Promise.race([
        once(this.#stream, 'drain', { signal }),
        once(this.#stream, 'close', { signal }),
      ]);
    } catch {
      // An error of the connection, which ends it: that is seen by whoever reads next.
    } finally {
      waiting.abort();
    }
  }
}
