import type { AccountId } from '../../../../shared/model.ts';
import type { AccountSettings } from '../account.ts';

/** For tests: an account as it is stored, with only what a test is about spelled out. */
export function accountSettings(
  id: string,
  changes: Partial<AccountSettings> = {},
): AccountSettings {
  return {
    id: id as AccountId,
    label: id,
    user: `${id}@example.org`,
    host: 'imap.example.org',
    port: 993,
    security: 'tls',
    servername: null,
    trust: { kind: 'system' },
    mailboxes: ['INBOX'],
    proxy: { kind: 'program' },
    signIn: { kind: 'password' },
    reuse: true,
    policy: { sharing: 'saving', longestAge: 'server' },
    paused: false,
    ...changes,
  };
}
