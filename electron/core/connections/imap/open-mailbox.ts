/**
 * Opens mailboxes and lists them by exactly the names that they have. imapflow's own ways put the
 * prefix of the personal namespace before every name that lacks it, those of shared mailboxes too,
 * and ask for a list first.
 */
import type { ImapAttribute, ImapResponse } from 'imapflow';
import { enhanceCommandError } from 'imapflow/lib/tools.js';
import { isInbox } from '../../../../shared/mailbox-name.ts';
import { mayBeMissing } from '../../failures/index.ts';
import type { ImapClient } from './imap-client.ts';
import { listedName, wireNames } from './mailbox-names.ts';

/** What {@link ImapClient.exec} resolves with. */
interface Answer {
  /** Has the next answer read; must be called once. */
  next(): void;
}

/**
 * Opens a mailbox read-only (EXAMINE), so that watching does not take the `\Recent` flag from its
 * messages.
 *
 * @returns how many messages it holds; `null` where the server does not say
 * @throws the refusal, with `mailboxMissing` where the server has no such mailbox
 */
export async function openMailbox(client: ImapClient, name: string): Promise<number | null> {
  const names = wireNames(name);
  let refusal: unknown = null;
  for (const wire of names) {
    try {
      return await examine(client, wire);
    } catch (error) {
      const status = (error as { readonly responseStatus?: unknown }).responseStatus;
      if (status !== 'NO' && status !== 'BAD') throw error;
      refusal ??= error;
    }
  }
  // INBOX is always there (RFC 3501 §5.1), whatever a server in trouble lists.
  if (!isInbox(name) && mayBeMissing(refusal) && !(await isListed(client, names)))
    throw Object.assign(refusal as Error, { mailboxMissing: true });
  throw refusal;
}

/** The mailboxes that can be opened, INBOX first: every account has it, whatever the list says. */
export async function listMailboxes(client: ImapClient): Promise<readonly string[]> {
  const entries = await client.list({ listOnly: true });
  const names = entries
    .filter(({ flags }) => ![...flags].some((flag) => /^\\(?:noselect|nonexistent)$/i.test(flag)))
    .map(({ pathAsListed }) => listedName(pathAsListed))
    // One with a control character cannot be asked for.
    .filter((name) => name !== '' && !isInbox(name) && !/\p{Cc}/u.test(name));
  return ['INBOX', ...new Set(names)];
}

async function examine(client: ImapClient, wire: string): Promise<number | null> {
  let messages: number | null = null;
  try {
    const answer = (await client.exec('EXAMINE', [{ type: 'STRING', value: wire }], {
      untagged: {
        EXISTS: async ({ command = '' }: ImapResponse) => {
          // As imapflow bounds it: RFC 3501 has 32 bits for it.
          messages = /^\d{1,10}$/.test(command) ? Number(command) : null;
        },
      },
    })) as Answer;
    // What imapflow keeps in step from now on; an unknown number is less than any.
    client.mailbox = {
      path: wire,
      delimiter: '',
      flags: new Set(),
      uidValidity: 0n,
      uidNext: 0,
      exists: messages ?? -1,
      readOnly: true,
    };
    client.state = client.states.SELECTED;
    answer.next();
    return messages;
  } catch (error) {
    throw await enhanceCommandError(error as Error);
  }
}

/** Whether the server lists one of these as a mailbox; one that refuses to list may have it. */
async function isListed(client: ImapClient, names: readonly string[]): Promise<boolean> {
  let isThere = false;
  const LIST = async ({ attributes }: ImapResponse): Promise<void> => {
    const [flags, , listed] = attributes ?? [];
    const name = textOf(listed);
    // A name is a pattern as well, and may find others.
    const isIt = names.includes(isInbox(name) ? 'INBOX' : name);
    if (isIt && !/\\(?:noselect|nonexistent)/i.test(JSON.stringify(flags))) isThere = true;
  };
  try {
    for (const name of names) {
      const pattern = ['', name].map((value) => ({ type: 'STRING', value }) as const);
      const answer = (await client.exec('LIST', pattern, { untagged: { LIST } })) as Answer;
      answer.next();
    }
  } catch {
    return true;
  }
  return isThere;
}

function textOf(attribute: ImapAttribute | undefined): string {
  const value = attribute?.value;
  return value === null || value === undefined ? '' : value.toString();
}
