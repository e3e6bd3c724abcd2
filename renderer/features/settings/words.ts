import type { HistoryExtent } from '../../../shared/history.ts';
import type { AppFacts, SecretProtection } from '../../../shared/model.ts';
import type { HistoryDays } from '../../../shared/settings.ts';
import { formatBytes, formatDate } from '../../format.ts';
import type { Permission } from '../attention/notifications.ts';

/** A file of the data folder. */
interface DataFile {
  readonly name: string;
  readonly what: string;
}

/** What may lie in the data folder under this protection; each is made when it is first needed. */
export function dataFiles(protection: SecretProtection): readonly DataFile[] {
  const key = 'your accounts’ passwords, encrypted';
  const secrets: Readonly<Record<SecretProtection['kind'], readonly DataFile[]>> = {
    os: [{ name: 'secrets.json', what: `${key} under the system’s key store` }],
    'key-file': [
      { name: 'secrets.json', what: `${key} under secrets.key` },
      { name: 'secrets.key', what: 'the key: keep it out of backups that others can read' },
    ],
    memory: [],
  };
  return [
    { name: 'accounts.json', what: 'your accounts, without passwords' },
    ...secrets[protection.kind],
    ...(protection.kind === 'memory'
      ? []
      : [
          { name: 'proxy-passwords.json', what: 'passwords of proxies, encrypted in the same way' },
          {
            name: 'oauth-clients.json',
            what: 'your client ids; their secrets are encrypted as well',
          },
        ]),
    { name: 'preferences.json', what: 'what is set here, and what pages remember' },
    {
      name: 'history.sqlite',
      what: 'handshakes and sums: no server, user name or password is in it',
    },
    ...(protection.kind === 'memory'
      ? []
      : [{ name: 'kept-sessions.bin', what: 'kept sessions, encrypted, where you chose that' }]),
  ];
}

/** What keeps other users of the machine from these files, and no more than that. */
export function readersSentence({ hasFileModes }: Pick<AppFacts, 'hasFileModes'>): string {
  return hasFileModes
    ? 'You, administrators, and every program that runs as you: at each start the folder is closed to other users (mode 0700), and so are these files (0600).'
    : 'Whoever Windows lets open the folder. Below your profile, where it usually lies, that is you, administrators, and every program that runs as you. Reprise does not change that: for a folder elsewhere, look at the security tab of its properties.';
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** How long that is. */
export function daysName(days: HistoryDays): string {
  return days === 365 ? '1 year' : `${days} days`;
}

/** Before when everything is deleted by keeping so many days; `null` where nothing is. */
export function deletedBefore(
  days: HistoryDays,
  { recordedSince }: HistoryExtent,
  now: number,
): number | null {
  const oldestAt = now - days * DAY_MS;
  return recordedSince !== null && recordedSince < oldestAt ? oldestAt : null;
}

/** How much there is, in a sentence. */
export function extentSentence({ recordedSince, sizeBytes }: HistoryExtent): string {
  if (recordedSince === null) return 'Nothing is recorded yet.';
  const since = `Recorded since ${formatDate(recordedSince)}`;
  return sizeBytes === null
    ? `${since}, in memory only.`
    : `${since}; takes ${formatBytes(sizeBytes)} on disk, at most 100 MB.`;
}

/** What a shorter history costs. */
export function lossSentence(beforeAt: number, { recordedSince }: HistoryExtent): string {
  const from = recordedSince === null ? '' : ` from ${formatDate(recordedSince)}`;
  return `All figures${from} to ${formatDate(beforeAt)} will be deleted. They cannot be brought back.`;
}

/**
 * What notifications are shown for, and when.
 *
 * @param host the page's own: a browser's permission holds for it, and a name is new at each start
 */
export function notificationExplanation(host: string): string {
  const what =
    'When a sign-in fails and when a certificate ends within 14 days: once for each, while a page of Reprise is open.';
  return /\.localhost(?::\d+)?$/.test(host)
    ? `${what} Your browser asks again after each start of Reprise, whose address is new then.`
    : what;
}

/**
 * What stands in the way of notifications and what to do about it; `null` where nothing does.
 *
 * @param host the page's own, which browsers name in their settings
 */
export function notificationHint(
  isOn: boolean,
  permission: Permission,
  shell: AppFacts['shell'],
  host: string,
): string | null {
  switch (permission) {
    case 'granted':
      return null;
    case 'unsupported':
      return 'This browser cannot show notifications. Open Reprise in another one.';
    case 'denied':
      return shell === 'electron'
        ? 'Your system blocks notifications of Reprise. Allow them in its settings, then switch this on.'
        : `Your browser blocks notifications from ${host}. Allow them in its settings for this site, behind the icon to the left of the address${isOn ? '' : ', then switch this on'}.`;
    case 'default':
      return isOn ? `Nothing is shown yet: this browser has not been asked for ${host}.` : null;
  }
}

/** What is asked of whom when an address is to become an account. */
export const LOOK_UPS =
  'For an address of a domain that Reprise does not know, it asks that domain, Thunderbird’s list of providers and the DNS which server its mail is on, and whoever takes the domain’s mail. Nobody is told more than the domain. Off: nobody is asked, and you enter the server.';

/** What it means to keep sessions, under the protection in force, and why that is off at first. */
export function keepExplanation(protection: SecretProtection): string {
  const what =
    'Sessions are written to disk, encrypted, and offered again at the next start: the first connections are then resumed too. Those of an account that trusts one certificate alone are not: it is looked at afresh.';
  switch (protection.kind) {
    case 'os':
      return `${what} The key is kept by the system’s key store (${protection.backend}). Off by default: what is on a disk can be copied.`;
    case 'key-file':
      return `${what} Off by default here, because the key lies beside them, in ${protection.path}: whoever copies your files, say from a backup, has both, and could decrypt recorded TLS 1.2 connections.`;
    case 'memory':
      return 'Not possible here: without a protected place for keys, Reprise keeps sessions and passwords in memory only.';
  }
}
