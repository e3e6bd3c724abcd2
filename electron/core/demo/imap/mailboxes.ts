/** The mailboxes of a demo user, and what LIST and STATUS say of them. */
import { type Argument, quote } from './imap-syntax.ts';

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

/** The separator between the levels of a mailbox's name. */
export const DELIMITER = '/';
/** One for all mailboxes: they never lose their UIDs. */
export const UID_VALIDITY = 1;

const SPECIAL_USES: ReadonlySet<string> = new Set(['Archive', 'Drafts', 'Junk', 'Sent', 'Trash']);

/**
 * The untagged responses to LIST, plain or extended (RFC 5258, RFC 5819): `reference`, one pattern
 * or a list of them, and RETURN options. `null` where the arguments make no sense.
 */
export function listResponses(
  args: readonly Argument[],
  mail: MailStore,
  name: 'LIST' | 'LSUB' = 'LIST',
): readonly string[] | null {
  // Selection options in front of the reference choose among mailboxes: here all are subscribed.
  const [reference, pattern, returnAtom, returned] =
    args[0] !== undefined && typeof args[0] !== 'string' ? args.slice(1) : args;
  if (typeof reference !== 'string' || pattern === undefined) return null;
  if (pattern === '') return [`${name} (\\Noselect) "${DELIMITER}" ""`];
  const options = isAtom(returnAtom, 'RETURN') && Array.isArray(returned) ? returned : [];
  const statusAt = options.findIndex((option) => isAtom(option, 'STATUS'));
  const statusItems = statusAt === -1 ? undefined : options[statusAt + 1];
  const subscribed = options.some((option) => isAtom(option, 'SUBSCRIBED'));
  const patterns = (typeof pattern === 'string' ? [pattern] : pattern)
    .filter((each) => typeof each === 'string')
    .map((each) => patternOf(reference + each));
  return mail
    .list()
    .filter((mailbox) => patterns.some((each) => each.test(mailbox.name)))
    .flatMap((mailbox) => {
      const status = statusItems === undefined ? null : statusResponse(mailbox, statusItems);
      const line = `${name} (${flagsOf(mailbox, subscribed)}) "${DELIMITER}" ${quote(mailbox.name)}`;
      return status === null ? [line] : [line, status];
    });
}

/** The untagged response to STATUS; `null` where `items` is no list of known items. */
export function statusResponse(mailbox: Mailbox, items: Argument): string | null {
  if (typeof items === 'string') return null;
  const values = items.map((item) => (typeof item === 'string' ? statusItem(mailbox, item) : null));
  if (values.includes(null)) return null;
  return `STATUS ${quote(mailbox.name)} (${values.join(' ')})`;
}

function statusItem({ messages, uidNext }: Mailbox, item: string): string | null {
  const name = item.toUpperCase();
  switch (name) {
    case 'MESSAGES':
      return `${name} ${messages}`;
    case 'UIDNEXT':
      return `${name} ${uidNext}`;
    case 'UIDVALIDITY':
      return `${name} ${UID_VALIDITY}`;
    case 'RECENT':
    case 'UNSEEN':
    case 'SIZE':
    case 'DELETED':
      return `${name} 0`;
    default:
      return null;
  }
}

function flagsOf({ name }: Mailbox, subscribed: boolean): string {
  return [
    String.raw`\HasNoChildren`,
    ...(SPECIAL_USES.has(name) ? [`\\${name}`] : []),
    ...(subscribed ? [String.raw`\Subscribed`] : []),
  ].join(' ');
}

/**
 * `*` stands for anything, `%` for anything within a level (RFC 3501 §6.3.8). Runs of them are made
 * one, or a pattern could keep the expression busy for hours.
 */
function patternOf(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/%+/g, '%')
    .replaceAll(/[*%]*\*[*%]*/g, '*')
    .replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('%', `[^${DELIMITER}]*`);
  return new RegExp(`^${source}$`, /^inbox$/i.test(pattern) ? 'i' : '');
}

function isAtom(argument: Argument | undefined, name: string): boolean {
  return typeof argument === 'string' && argument.toUpperCase() === name;
}
