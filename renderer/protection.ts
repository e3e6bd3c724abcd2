import type { SecretProtection } from '../shared/model.ts';

/** Which protection is in force for passwords, in a few words. */
export function protectionWords(protection: SecretProtection): string {
  switch (protection.kind) {
    case 'os':
      return `Passwords: protected by the system (${protection.backend})`;
    case 'key-file':
      return 'Passwords: encrypted under a key file';
    case 'memory':
      return 'Passwords: in memory only';
  }
}

/** The same in a sentence that says what it protects from. */
export function protectionSentence(protection: SecretProtection): string {
  switch (protection.kind) {
    case 'os':
      return `Stored encrypted by the system's key store (${protection.backend}).`;
    case 'key-file':
      return `Stored encrypted (AES-256-GCM) under the key file ${protection.path}, which only your user may read.`;
    case 'memory':
      return 'Kept in memory only: it is asked for again after a restart.';
  }
}
