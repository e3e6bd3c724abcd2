import type { SecretProtection } from '../../../shared/model.ts';

/** What it means to keep sessions, under the protection in force, and why that is off at first. */
export function keepExplanation(protection: SecretProtection): string {
  const what =
    'Sessions are written to disk, encrypted, and offered again at the next start: the first connections are then resumed too.';
  switch (protection.kind) {
    case 'os':
      return `${what} The key is kept by the system’s key store (${protection.backend}). Off unless you want it, because a session on disk can outlive your wish to have it.`;
    case 'key-file':
      return `${what} Off by default here, because the key lies beside them, in ${protection.path}: whoever copies your files, as from a backup, has both, and could read recorded TLS 1.2 connections with them.`;
    case 'memory':
      return 'Not possible here: without a protected place for keys, Reprise keeps sessions and passwords in memory only.';
  }
}
