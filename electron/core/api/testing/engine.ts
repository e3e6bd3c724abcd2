/** For tests: the engine with an interface that follows it, real servers, and a folder. */
import { afterEach } from 'vitest';
import type { AccountInput, Connection, Outcome } from '../../../../shared/model.ts';
import type { Snapshot } from '../../../../shared/state.ts';
import { keyFileProtector } from '../../storage/key-file.ts';
import { temporaryFolder } from '../../storage/testing/temporary-folder.ts';
import { createApp, type App, type AppDeps } from '../../app.ts';
import {
  startDemoServers,
  startImapServer,
  type ImapServer,
  type ImapServerOptions,
} from '../../demo/testing/index.ts';
import type { Watchable } from '../../connections/testing/supervisor.ts';
import { lineLog } from '../../log/index.ts';
import { TestMachine } from '../../network/testing/machine.ts';
import { follow } from './follow.ts';

const owned: (() => PromiseLike<void>)[] = [];

afterEach(async () => {
  for (const close of owned.splice(0).toReversed()) await close();
});

/** Closes what else a test has opened, in the opposite order. */
export function afterEachTest(close: () => PromiseLike<void>): void {
  owned.push(close);
}

/** A folder that is removed after the test. */
export async function folder(): Promise<string> {
  const made = await temporaryFolder();
  owned.push(() => made[Symbol.asyncDispose]());
  return made.path;
}

/** A scripted server that is stopped after the test. */
export async function server(options: ImapServerOptions = {}): Promise<ImapServer> {
  const started = await startImapServer(options);
  owned.push(() => started[Symbol.asyncDispose]());
  return started;
}

/** The engine with an interface that follows it, as a window would; closed after the test. */
export async function start(dataDir: string, deps: Partial<AppDeps> = {}) {
  const printed: string[] = [];
  const app: App = await createApp({
    version: '1.2.3',
    shell: 'host',
    dataDir,
    protector: keyFileProtector(dataDir),
    log: lineLog(
      (line) => printed.push(line),
      () => new Date(0),
    ),
    // The network of the machine that the tests run on is none of their business.
    machine: new TestMachine('192.0.2.1'),
    demoServers: (options) => startDemoServers({ ...options, line: null }),
    ...deps,
  });
  owned.push(() => app.close());
  return { app, printed, ...(await follow(app)) };
}

export { follow, type Followed } from './follow.ts';

/** The form, filled in for `imap`. */
export function inputFor(imap: Watchable, changes: Partial<AccountInput> = {}): AccountInput {
  return {
    label: 'Work',
    user: imap.user,
    password: imap.password,
    host: imap.host,
    port: imap.port,
    security: imap.security,
    servername: imap.servername,
    trust: { kind: 'ca', fileName: 'ca.pem', pem: imap.caPem },
    mailboxes: ['INBOX'],
    ...changes,
  };
}

export const isIdle = ({ state }: Connection): boolean => state.kind === 'idle';

/** There are `count` connections, and all are idle. */
export const allIdle =
  (count: number) =>
  (state: Snapshot): boolean =>
    state.connections.length === count && state.connections.every(isIdle);

/** All are idle again, each by a handshake that it had not had in `before`. */
export const allIdleAgain =
  (before: Snapshot) =>
  (state: Snapshot): boolean =>
    allIdle(before.connections.length)(state) &&
    state.connections.every(
      ({ id, attempt }) =>
        attempt?.id !== before.connections.find((other) => other.id === id)?.attempt?.id,
    );

/** The outcome of each connection's latest handshake. */
export const outcomes = (connections: readonly Connection[]): readonly (Outcome | undefined)[] =>
  connections.map(({ attempt }) => attempt?.outcome);

/** A notice of this id is shown. */
export const hasNotice =
  (id: string) =>
  (state: Snapshot): boolean =>
    state.notices.some((notice) => notice.id === id);
