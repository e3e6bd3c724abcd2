import type { SecretProtection } from '../../../shared/model.ts';

/** A file of the data folder. */
export interface DataFile {
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
    { name: 'preferences.json', what: 'what is set on this page' },
    {
      name: 'history.sqlite',
      what: 'handshakes and sums: no server, user name or password is in it',
    },
    ...(protection.kind === 'memory'
      ? []
      : [{ name: 'kept-sessions.bin', what: 'kept sessions, encrypted, where you chose that' }]),
  ];
}
