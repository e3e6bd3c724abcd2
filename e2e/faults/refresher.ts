/**
 * A program of its own that renews an access token again and again, until it is killed:
 * `node refresher.ts FOLDER CA_FILE`. A line for each token that it could use, and for why there is none.
 */
import { readFileSync, writeSync } from 'node:fs';
import { openAccountBook } from '../../electron/core/accounts/account-book.ts';
import { systemClock } from '../../electron/core/clock.ts';
import { Redaction, stderrLog } from '../../electron/core/log/index.ts';
import { OAuthError, openClients, Requests, TokenDesk } from '../../electron/core/oauth/index.ts';
import { straight } from '../../electron/core/proxy/index.ts';
import { theInternet } from '../../electron/core/set-up/index.ts';
import { keyFileProtector } from '../../electron/core/storage/index.ts';

const [folder = '', caFile = ''] = process.argv.slice(2);

/** What is stored there for accounts that sign in with OAuth, ready to be used. */
export async function openTokens(dataDir: string, caPem: string) {
  const protector = keyFileProtector(dataDir);
  const { book } = await openAccountBook(dataDir, protector, Date.now(), () => undefined);
  const redaction = new Redaction();
  const { clients } = await openClients(dataDir, protector, Date.now(), redaction);
  const internet = { ...theInternet, trust: { kind: 'ca', pem: caPem } } as const;
  const desk = new TokenDesk({
    book,
    clients,
    requests: new Requests(internet, systemClock),
    wayOf: () => straight,
    clock: systemClock,
    redaction,
    log: stderrLog(),
  });
  return { book, desk };
}

if (import.meta.main) {
  const { book, desk } = await openTokens(folder, readFileSync(caFile, 'utf8'));
  const account = book.accounts.list().find(({ signIn }) => signIn.kind === 'oauth');
  if (account === undefined) throw new Error('There is no account that signs in with OAuth.');
  const { signal } = new AbortController();
  for (;;) {
    // As if it had ended.
    desk.forget(account.id);
    try {
      await desk.get(account, { signal });
      writeSync(1, 'token\n');
    } catch (error) {
      writeSync(1, `${error instanceof OAuthError ? error.trouble : 'unforeseen'}\n`);
      break;
    }
  }
}
