import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { CommandReader, TooLongError } from './command-reader.ts';
import { parseCommand } from './imap-syntax.ts';
import { commands } from './imap-commands.ts';
import type { Mailbox, MailStore } from './mail-store.ts';
import type { Fault, Script, Step } from './script.ts';

/** One attempt to log in. The password is compared and not kept. */
export interface LoginAttempt {
  readonly user: string;
  readonly ok: boolean;
}

/** What stands between client and server; `plain` means that STARTTLS is required. */
export type Layer = 'tls' | 'plain' | 'tls-after-starttls';

/** What a session works on, and whom it tells. */
export interface ImapSessionOptions {
  readonly mail: MailStore;
  readonly user: string;
  readonly password: string;
  readonly script: Script;
  readonly layer: Layer;
  /** Hears of the name of each command, before it is answered. */
  readonly onCommand: (name: string) => void;
  readonly onLogin: (attempt: LoginAttempt) => void;
  /** IDLE began or ended. */
  readonly onIdle: () => void;
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
      if (this.options.layer !== 'tls-after-starttls' && !this.fails('greeting')) {
        this.untagged(`OK [CAPABILITY ${this.capabilities}] Reprise demo server ready`);
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
    this.options.onIdle();
  }

  get capabilities(): string {
    const { layer, script } = this.options;
    const always = 'IMAP4rev1 LITERAL+ SASL-IR ID ENABLE';
    if (layer === 'plain') {
      return `${always} LOGINDISABLED${script.hideStarttls === true ? '' : ' STARTTLS'}`;
    }
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

  /** Whether the script has a fault for this step; if so it has been acted out. */
  fails(step: Step): boolean {
    const fault = this.options.script[step];
    if (fault === undefined) return false;
    this.#actOut(fault);
    return true;
  }

  #actOut(fault: Fault): void {
    switch (fault.kind) {
      case 'hang':
        this.end = 'hang';
        break;
      case 'close':
        this.end = 'closed';
        break;
      case 'reset':
        this.end = 'reset';
        break;
      case 'bye':
        this.untagged(`BYE ${fault.text}`);
        this.end = 'closed';
        break;
      case 'raw':
        this.raw(fault.text);
        this.end = 'hang';
        break;
      case 'reply':
        this.raw(`${this.#tag} ${fault.text}\r\n`);
        break;
    }
  }

  async #answer(line: string): Promise<void> {
    const command = parseCommand(line);
    if (command === null) {
      this.untagged('BAD This is not an IMAP command');
      return;
    }
    this.options.onCommand(command.name);
    const known = commands.get(command.name);
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
    } else if (known.step === undefined || !this.fails(known.step)) {
      const reply = await known.run(this, command.arguments, command.name);
      if (reply === null) return;
      this.sendNews();
      // An attacker's text comes in one piece with the reply, so that no client can miss it.
      const injected =
        this.end === 'starttls' ? (this.options.script.injectAfterStarttls ?? '') : '';
      this.raw(`${tag} ${reply}\r\n${injected}`);
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
