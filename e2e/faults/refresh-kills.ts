/**
 * `kill -9` around refreshes at a server that replaces each refresh token, and ends everything where an
 * old one comes a second time.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { get } from 'node:http';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import { accountSettings } from '../../electron/core/accounts/testing/account.ts';
import { placeOf } from '../../electron/core/accounts/index.ts';
import { createApp } from '../../electron/core/app.ts';
import { follow } from '../../electron/core/api/testing/follow.ts';
import { lineLog } from '../../electron/core/log/index.ts';
import { TestMachine } from '../../electron/core/network/testing/machine.ts';
import { OAuthError } from '../../electron/core/oauth/index.ts';
import { keyFileProtector } from '../../electron/core/storage/index.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { startTrusted, type Trusted } from '../fixtures/servers/trusted-authorization.ts';
import { openTokens } from './refresher.ts';

const ANN = 'ann@example.org';
const OTHER = accountSettings('other');
const PASSWORD = 'of the other account';

/** What became of so many kills. */
export interface Kills {
  /** The token on the disk did. */
  went: number;
  /** The server's answer was not on the disk yet: signed in again. */
  signedInAgain: number;
  /** What must not be, in words. */
  readonly wrong: string[];
}

export async function killAroundRefreshes(count: number): Promise<Kills> {
  await using there = await startTrusted({ users: { [ANN]: 'correct horse' } });
  await using folder = await temporaryFolder();
  const caFile = join(folder.path, 'ca.pem');
  await writeFile(caFile, there.caPem);
  const { server } = there;
  const account = accountSettings('ann', {
    user: ANN,
    host: '127.0.0.1',
    port: 9,
    signIn: { kind: 'oauth', issuer: server.issuer, clientId: server.clientId },
  });
  const { book } = await openTokens(folder.path, there.caPem);
  await book.add(OTHER, PASSWORD);
  await book.add(account, 'none yet');
  await signInAgain(folder.path, there);
  const kills: Kills = { went: 0, signedInAgain: 0, wrong: [] };
  for (let index = 0; index < count; index += 1) {
    await killOnce(index, folder.path, caFile, there);
    const after = await openTokens(folder.path, there.caPem);
    if ((await after.book.passwordFor(OTHER)) !== PASSWORD) kills.wrong.push('another password');
    if (after.book.accounts.list().length !== 2) kills.wrong.push('an account');
    const stored = await after.book.secrets.get(account.id, placeOf(account));
    // Whoever has been used is replaced: the answer to that is not on the disk.
    const isOld = server.tokenAnswers.some(
      (answer) => answer.error === null && answer.given === stored,
    );
    const trouble = await troubleOf(
      after.desk.get(account, { signal: AbortSignal.timeout(60_000) }),
    );
    if (trouble === null && !isOld) kills.went += 1;
    else if (trouble === 'sign-in-again' && isOld) {
      await signInAgain(folder.path, there);
      kills.signedInAgain += 1;
    } else kills.wrong.push(`kill ${index}: ${trouble ?? 'no trouble'}, ${isOld ? 'old' : 'new'}`);
  }
  return kills;
}

/**
 * At a moment of its own for each: the answer is made and not sent; it is sent; its file is begun; that is
 * written further, or in its place; the token was used.
 */
async function killOnce(
  index: number,
  folder: string,
  caFile: string,
  { server }: Trusted,
): Promise<void> {
  const program = join(import.meta.dirname, 'refresher.ts');
  const child = spawn(process.execPath, [program, folder, caFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const said = createInterface({ input: child.stdout });
  const [first] = (await once(said, 'line')) as [string];
  if (first === 'token') {
    const moment = index % 5;
    const answered = Promise.withResolvers<void>();
    server.beforeTokenAnswer = () => {
      if (moment === 0) child.kill('SIGKILL');
      answered.resolve();
    };
    await answered.promise;
    if (moment === 1) await turn();
    if (moment === 4) await once(said, 'line');
    if (moment === 2 || moment === 3) {
      const watcher = watch(folder);
      for (let event = index % 7; event >= 0; event -= 1) await once(watcher, 'change');
      watcher.close();
    }
  }
  child.kill('SIGKILL');
  await ended;
  server.beforeTokenAnswer = () => undefined;
}

async function troubleOf(token: Promise<unknown>): Promise<string | null> {
  try {
    await token;
    return null;
  } catch (error) {
    return error instanceof OAuthError ? error.trouble : 'unforeseen';
  }
}

/** As its user does, in the whole engine. */
async function signInAgain(dataDir: string, { server, internet }: Trusted): Promise<void> {
  const app = await createApp({
    version: '1.2.3',
    shell: 'host',
    dataDir,
    protector: keyFileProtector(dataDir),
    log: lineLog(
      () => undefined,
      () => new Date(0),
    ),
    machine: new TestMachine('192.0.2.1'),
    internet,
  });
  const { engine, state, until } = await follow(app);
  const account = state().accounts.find(({ signIn }) => signIn.kind === 'oauth');
  if (account === undefined) throw new Error('the account is lost');
  const { id } = await engine.signInAgain(account.id, 'browser');
  const { signIns } = await until((now) =>
    now.signIns.some((one) => one.id === id && one.url !== null),
  );
  const url = signIns.find((one) => one.id === id)?.url ?? '';
  get(await server.approve(url, ANN)).end();
  await until((now) => now.signIns.some((one) => one.id === id && one.phase === 'done'));
  await app.close();
}
