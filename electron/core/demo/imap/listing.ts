import { type Argument, quote } from './imap-syntax.ts';
import type { Mailbox, MailStore } from './mail-store.ts';

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
