import { randomUUID } from 'node:crypto';
import type { AccountId } from '../../../shared/model.ts';
import { DEFAULT_POLICY } from '../accounts/account-input.ts';
import type { AccountSettings } from '../accounts/types.ts';

/** How many connections are simulated, and how many handshakes a second they have together. */
export interface Simulation {
  readonly connections: number;
  readonly rate: number;
}

/** A name that can never be a server's (RFC 2606). */
const HOST = 'simulated.invalid';
const MAILBOXES_EACH = 10;

/** Accounts with so many connections, ten each, named as what they are. */
export function simulatedAccounts({ connections }: Simulation): readonly AccountSettings[] {
  return Array.from({ length: Math.ceil(connections / MAILBOXES_EACH) }, (_, index) => {
    const mailboxes = Math.min(MAILBOXES_EACH, connections - index * MAILBOXES_EACH);
    return {
      id: randomUUID() as string as AccountId,
      label: `Simulated ${String(index + 1)}`,
      user: `simulated-${String(index + 1)}`,
      host: HOST,
      port: 993,
      security: 'tls',
      servername: null,
      trust: { kind: 'system' },
      mailboxes: Array.from({ length: mailboxes }, (_, mailbox) =>
        mailbox === 0 ? 'INBOX' : `Folder ${String(mailbox)}`,
      ),
      reuse: true,
      policy: DEFAULT_POLICY,
      paused: false,
    };
  });
}

/** Whether the account's connections are simulated. */
export function isSimulated({ host }: Pick<AccountSettings, 'host'>): boolean {
  return host === HOST;
}
