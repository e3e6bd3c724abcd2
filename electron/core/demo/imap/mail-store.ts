/** A mailbox: all that is known of its messages is how many there are. */
export interface Mailbox {
  /** As on the wire: modified UTF-7 where it is not ASCII (RFC 3501 §5.1.3). */
  readonly name: string;
  readonly messages: number;
  readonly uidNext: number;
}

/** What happened in a mailbox. */
export type MailEvent =
  | { readonly kind: 'exists'; readonly messages: number }
  /** The message with this sequence number is gone. */
  | { readonly kind: 'expunge'; readonly sequence: number };

/** Hears of each change of a mailbox. */
export type MailListener = (mailbox: string, event: MailEvent) => void;

/** The mailboxes of one demo user. */
export class MailStore {
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #listeners = new Set<MailListener>();

  /** @param mailboxes their names and how many messages each holds */
  constructor(mailboxes: Readonly<Record<string, number>>) {
    for (const [name, messages] of Object.entries(mailboxes)) {
      this.#mailboxes.set(keyOf(name), { name, messages, uidNext: messages + 1 });
    }
  }

  list(): readonly Mailbox[] {
    return [...this.#mailboxes.values()];
  }

  find(name: string): Mailbox | null {
    return this.#mailboxes.get(keyOf(name)) ?? null;
  }

  /** A message arrives. Throws a `RangeError` where there is no such mailbox. */
  deliver(name: string): void {
    const mailbox = this.#get(name);
    const messages = mailbox.messages + 1;
    this.#mailboxes.set(keyOf(name), { ...mailbox, messages, uidNext: mailbox.uidNext + 1 });
    this.#tell(mailbox.name, { kind: 'exists', messages });
  }

  /** The oldest message is removed. Throws a `RangeError` where there is no such message. */
  expunge(name: string): void {
    const mailbox = this.#get(name);
    if (mailbox.messages === 0) throw new RangeError(`Mailbox "${name}" is empty.`);
    this.#mailboxes.set(keyOf(name), { ...mailbox, messages: mailbox.messages - 1 });
    this.#tell(mailbox.name, { kind: 'expunge', sequence: 1 });
  }

  /** Calls `listener` until the function that this returns is called. */
  listen(listener: MailListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #get(name: string): Mailbox {
    const mailbox = this.find(name);
    if (mailbox === null) throw new RangeError(`There is no mailbox "${name}".`);
    return mailbox;
  }

  #tell(mailbox: string, event: MailEvent): void {
    for (const listener of this.#listeners) listener(mailbox, event);
  }
}

/** INBOX is the one name whose case does not matter (RFC 3501 §5.1). */
function keyOf(name: string): string {
  return name.toUpperCase() === 'INBOX' ? 'INBOX' : name;
}
