import type { SecretProtection } from '../../../shared/model.ts';

/** What it means to keep sessions, under the protection in force, and why that is off at first. */
export function keepExplanation(protection: SecretProtection): string {
  const what =
    'Sessions are written to disk, encrypted, and offered again at the next start: the first connections are then resumed too.';
  switch (protection.kind) {
    case 'os':
      return `${what} The key is kept by the system’s key store (${protection.backend}). Off by default: what is on a disk can be copied.`;
    case 'key-file':
      return `${what} Off by default here, because the key lies beside them, in ${protection.path}: whoever copies your files, say from a backup, has both, and could decrypt recorded TLS 1.2 connections.`;
    case 'memory':
      return 'Not possible here: without a protected place for keys, Reprise keeps sessions and passwords in memory only.';
  }
}
