/** The files of the data folder that people and other programs can change. */
import { readStored, type StoredFormat } from '../../electron/core/storage/stored-file.ts';
import { readCaFile } from '../../electron/core/accounts/ca-file.ts';
import { secretsFormat } from '../../electron/core/storage/secrets-file.ts';
import { accountsFormat } from '../../electron/core/accounts/account.ts';
import { accountSettings } from '../../electron/core/accounts/testing/account.ts';
import { placeOf } from '../../electron/core/accounts/trusted.ts';
import { preferencesFormat } from '../../electron/core/storage/preferences.ts';
import { RepriseError } from '../../shared/errors.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { bytesOf, holds, textOf, type FuzzTarget } from './target.ts';

const account = accountSettings('account-1', { mailboxes: ['INBOX', 'Sent'] });

const JSON_WORDS = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ',',
  ':',
  'null',
  'true',
  '-0',
  '1e999',
  '\\u0000',
  '\\ud800',
  '"version"',
  '"accounts"',
  '"secrets"',
  '"__proto__"',
  '"constructor"',
  '"toString"',
];

/** Whatever is in the file: it is read whole, or it is damaged, and what is read can be written. */
function stored<Value>(format: StoredFormat<Value>, seeds: readonly unknown[]): FuzzTarget {
  return {
    name: format.fileName,
    seeds: seeds.map(bytesOf),
    words: JSON_WORDS,
    check: (input) => {
      const reading = readStored(textOf(input), format);
      holds(['value', 'newer', 'damaged'].includes(reading.kind), 'it is one of three');
      holds(!Object.hasOwn(Object.prototype, 'version'), 'no prototype was changed');
      if (reading.kind === 'newer') holds(reading.version > 1, 'a newer version is newer');
      if (reading.kind !== 'value') return;
      const again = readStored(
        JSON.stringify({ version: format.migrations.length + 1, ...reading.value }),
        format,
      );
      holds(again.kind === 'value', 'what was read can be read again');
      const same = JSON.stringify(again) === JSON.stringify(reading);
      holds(same, 'what was read is the same when it is written and read again');
    },
  };
}

const pem = `-----BEGIN CERTIFICATE-----
MIIBfjCCASWgAwIBAgIUQ2VydGlmaWNhdGUgb2YgYSB0ZXN0MAoGCCqGSM49BAMC
-----END CERTIFICATE-----
`;

const caFile: FuzzTarget = {
  name: 'ca-file',
  seeds: [bytesOf(pem), bytesOf(pem + pem), bytesOf(`# a comment\n${pem}`)],
  words: [
    '-----BEGIN CERTIFICATE-----\n',
    '-----END CERTIFICATE-----\n',
    'MII',
    '=',
    '\r\n',
    '-----',
  ],
  check: (input) => {
    try {
      readCaFile(textOf(input), 'ca.pem');
    } catch (error) {
      holds(error instanceof RepriseError && error.code === 'bad-ca-file', `not ${String(error)}`);
    }
  },
};

export const filesTargets: readonly FuzzTarget[] = [
  stored(accountsFormat, [
    { version: 1, accounts: [] },
    { version: 1, accounts: [account] },
    {
      version: 1,
      accounts: [
        { ...account, security: 'starttls', trust: { kind: 'ca', fileName: 'ca.pem', pem } },
        { ...account, id: 'account-2', paused: true, servername: 'mail.example.org' },
      ],
    },
  ]),
  stored(secretsFormat, [
    { version: 1, secrets: {} },
    { version: 1, secrets: { 'account-1': 'AQID', 'account-2': '' } },
    {
      version: 2,
      secrets: {
        'account-1': { sealed: 'AQID', host: 'imap.example.org', name: 'mail.example.org' },
        'account-2': 'AQID',
      },
    },
    {
      version: 3,
      secrets: {
        'account-1': { sealed: 'AQID', ...placeOf(account) },
        'account-2': { sealed: 'AQID', host: 'imap.example.org', name: 'mail.example.org' },
      },
    },
  ]),
  stored(preferencesFormat, [
    { version: 1, ...DEFAULT_SETTINGS },
    { version: 1, ...DEFAULT_SETTINGS, theme: 'dark', historyDays: 7 },
  ]),
  caFile,
];
