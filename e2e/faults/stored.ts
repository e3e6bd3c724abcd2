/** What lies in a data folder, as the next start would find it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openAccountBook } from '../../electron/core/accounts/account-book.ts';
import { keyFileProtector } from '../../electron/core/storage/key-file.ts';
import { openSettings } from '../../electron/core/storage/preferences.ts';
import { Redaction } from '../../electron/core/log/index.ts';
import { openClients } from '../../electron/core/oauth/index.ts';
import { HISTORY_FILE, ISSUER } from './kill-model.ts';

/** Handshakes whose `tls_us` is their number, counted from 1. */
export interface StoredHandshakes {
  readonly integrity: string;
  readonly rows: number;
  readonly distinct: number;
  readonly last: number;
}

/** Reads the history by plain SQL; nothing where there is none yet. */
export function readHandshakes(path: string): StoredHandshakes {
  const none = { integrity: 'ok', rows: 0, distinct: 0, last: 0 };
  if (!existsSync(path)) return none;
  const db = new DatabaseSync(path);
  try {
    const table = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'handshake'").get();
    if (table === undefined) return none;
    const one = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    return {
      integrity: String(one('PRAGMA integrity_check')),
      rows: Number(one('SELECT count(*) FROM handshake')),
      distinct: Number(one('SELECT count(DISTINCT tls_us) FROM handshake')),
      last: Number(one('SELECT max(tls_us) FROM handshake') ?? 0),
    };
  } finally {
    db.close();
  }
}

/** Everything that is stored, opened by the program's own code. */
export interface Stored {
  /** Labels, hosts and passwords by account, and the settings, under the names of the kill writer. */
  readonly values: ReadonlyMap<string, string | null>;
  readonly handshakes: StoredHandshakes;
  /** The accounts whose password is for another place, so that nobody gets it. */
  readonly askedFor: readonly string[];
  /** What was said to be damaged or unreadable. */
  readonly problems: readonly string[];
}

/** @param ids the accounts that may be there */
export async function readStored(folder: string, ids: readonly string[]): Promise<Stored> {
  const now = Date.now();
  const problems: string[] = [];
  const protector = keyFileProtector(folder);
  const askedFor: string[] = [];
  const opened = await openAccountBook(folder, protector, now, (id, { kind }) => {
    if (kind === 'other-place') askedFor.push(id);
    else problems.push(`the password of ${id} cannot be read`);
  });
  const { settings, problems: ofSettings } = await openSettings(folder, now);
  const ofClients = await openClients(folder, protector, now, new Redaction());
  const said = [...opened.problems, ...ofSettings, ...ofClients.problems];
  problems.push(...said.map(({ message }) => message));
  const values = new Map<string, string | null>();
  const accounts = new Map(opened.book.accounts.list().map((account) => [account.id, account]));
  for (const id of ids) {
    const account = [...accounts.values()].find((candidate) => candidate.id === id);
    values.set(`label ${id}`, account?.label ?? null);
    values.set(`host ${id}`, account?.host ?? null);
    values.set(
      `password ${id}`,
      account === undefined ? null : await opened.book.passwordFor(account),
    );
  }
  const { historyDays, theme } = settings.current;
  values.set(`client ${ISSUER}`, (await ofClients.clients.get(ISSUER))?.secret ?? null);
  values.set('settings', `${historyDays} ${theme}`);
  return { values, handshakes: readHandshakes(join(folder, HISTORY_FILE)), askedFor, problems };
}
