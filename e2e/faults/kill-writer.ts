/**
 * A program of its own that changes everything that Reprise stores, until it is killed:
 * `node kill-writer.ts FOLDER SEED`. Before each change it says what it is about to write, after it
 * that it is written, one JSON line each ({@link Said}).
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { openAccountBook } from '../../electron/core/accounts/account-book.ts';
import { keyFileProtector } from '../../electron/core/storage/key-file.ts';
import { accountSettings } from '../../electron/core/accounts/testing/account.ts';
import { systemClock } from '../../electron/core/clock.ts';
import { History } from '../../electron/core/history/history.ts';
import { Measures } from '../../electron/core/history/measures.ts';
import { Redaction, stderrLog } from '../../electron/core/log/index.ts';
import { openClients } from '../../electron/core/oauth/index.ts';
import { NoticeBoard, EngineState } from '../../electron/core/state/index.ts';
import { openSettings } from '../../electron/core/storage/preferences.ts';
import type { AccountId, AppFacts, Totals } from '../../shared/model.ts';
import type { SignInWay } from '../../shared/oauth.ts';
import { HISTORY_DAYS, THEME_CHOICES } from '../../shared/settings.ts';
import { seededRandom } from '../fixtures/program/random.ts';
import {
  ACCOUNTS,
  HISTORY_FILE,
  ISSUER,
  passwordFor,
  type Said,
  type Values,
} from './kill-model.ts';
import { readHandshakes } from './stored.ts';

const [folder = '', seed = ''] = process.argv.slice(2);
const random = seededRandom(Number(seed));

/** At once, even if the next moment is the last: `process.stdout` would keep it for a while. */
function say(said: Said): void {
  const bytes = Buffer.from(`${JSON.stringify(said)}\n`);
  for (let sent = 0; sent < bytes.length;) {
    try {
      sent += writeSync(1, bytes, sent);
    } catch (error) {
      // Whoever listens has not caught up.
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

const protector = keyFileProtector(folder);
const { book, problems } = await openAccountBook(folder, protector, Date.now(), () => undefined);
const { settings } = await openSettings(folder, Date.now());
for (const { message } of problems) process.stderr.write(`${message}\n`);

const path = join(folder, HISTORY_FILE);
let recorded = readHandshakes(path).last;
const state = new EngineState({} as AppFacts, {} as Totals);
const notices = new NoticeBoard(state, systemClock);
const history = new History({
  path,
  clock: systemClock,
  measures: new Measures(),
  notices,
  log: stderrLog(),
});
const { clients } = await openClients(folder, protector, Date.now(), new Redaction());
let changes = 0;

say({ kind: 'ready' });
for (;;) {
  recordHandshakes();
  await Promise.all([changeAccount(), changeSettings(), changeClient()]);
}

async function changeAccount(): Promise<void> {
  const id = `account-${random.whole(ACCOUNTS)}` as AccountId;
  changes += 1;
  const label = `${seed}-${changes}`;
  const account = book.accounts.get(id);
  const host = account?.host ?? accountSettings(id).host;
  if (account === null) {
    await announced(named(id, label, host), () =>
      book.add(accountSettings(id, { label, ...signInOf(id) }), passwordFor(label, host)),
    );
  } else if (random.whole(4) === 0) {
    await announced({ [`label ${id}`]: null, [`host ${id}`]: null, [`password ${id}`]: null }, () =>
      book.remove(id, (error) => {
        throw error;
      }),
    );
  } else if (random.whole(3) === 0) {
    const elsewhere = `imap-${label}.example.org`;
    // In between, the new password is beside the old server: then nobody gets it.
    say({ kind: 'begins', values: { [`password ${id}`]: null } });
    await announced(named(id, label, elsewhere), async () => {
      const change = { label, host: elsewhere };
      await book.update(id, (old) => ({ ...old, ...change }), passwordFor(label, elsewhere));
    });
  } else if (account.signIn.kind === 'oauth' && random.whole(2) === 0) {
    const before = await book.passwordFor(account);
    if (before === null) return;
    await announced({ [`password ${id}`]: passwordFor(label, host) }, async () => {
      await book.renew(account, before, passwordFor(label, host));
    });
  } else if (random.whole(2) === 0 && (await book.passwordFor(account)) !== null) {
    await announced({ [`label ${id}`]: label }, async () => {
      await book.update(id, (before) => ({ ...before, label }), null);
    });
  } else {
    await announced(named(id, label, host), async () => {
      await book.update(id, (before) => ({ ...before, label }), passwordFor(label, host));
    });
  }
}

function named(id: AccountId, label: string, host: string): Values {
  return {
    [`label ${id}`]: label,
    [`host ${id}`]: host,
    [`password ${id}`]: passwordFor(label, host),
  };
}

/** Some accounts have a refresh token in place of a password. */
function signInOf(id: AccountId): { readonly signIn?: SignInWay } {
  return /[13]$/.test(id) ? { signIn: { kind: 'oauth', issuer: ISSUER, clientId: 'reprise' } } : {};
}

/** The secret that goes with a client id. */
async function changeClient(): Promise<void> {
  if (random.whole(4) > 0) return;
  const secret = `secret-${seed}-${changes}`;
  await announced({ [`client ${ISSUER}`]: secret }, () =>
    clients.set(ISSUER, { clientId: 'reprise', secret }, { isRegistered: false }),
  );
}

async function changeSettings(): Promise<void> {
  const historyDays = random.pick(HISTORY_DAYS);
  const theme = random.pick(THEME_CHOICES);
  await announced({ settings: `${historyDays} ${theme}` }, () =>
    settings.change({ historyDays, theme }),
  );
}

/** Recording has no end to wait for: the history knows what is on the disk. */
function recordHandshakes(): void {
  for (let count = random.whole(100); count > 0; count -= 1) {
    recorded += 1;
    history.record({
      at: Date.now(),
      account: 'account-0' as AccountId,
      label: 'Account',
      kind: 'resumed',
      detail: 'tls13-ticket',
      protocol: 'TLSv1.3',
      // Its number, so that a hole can be told from an end.
      tlsUs: recorded,
      totalMs: 40,
      sentBytes: 700,
      receivedBytes: 300,
      line: 7,
      savedBytes: 2000,
      planned: false,
    });
  }
  say({ kind: 'recorded', written: recorded - history.unwritten });
}

async function announced(values: Values, write: () => Promise<void>) {
  say({ kind: 'begins', values });
  await write();
  say({ kind: 'done', values });
}
