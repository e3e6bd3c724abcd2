/**
 * The whole engine with an account on a healthy server, beside which others fail: accounts, secrets,
 * history and an interface that follows it are the real ones.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { keyFileProtector } from '../../electron/core/storage/key-file.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { createApp, type App, type AppDeps } from '../../electron/core/app.ts';
import { LOGOUT_LIMIT_MS } from '../../electron/core/connections/imap/imap-connection.ts';
import {
  createAuthority,
  startImapServer,
  startLineServer,
  type CertificateAuthority,
  type ImapServer,
  type ImapServerOptions,
  type LineServer,
  type LineServerOptions,
} from '../../electron/core/demo/testing/index.ts';
import type { Watchable } from '../../electron/core/connections/testing/supervisor.ts';
import { lineLog } from '../../electron/core/log/index.ts';
import { follow, inputFor, type Followed } from '../../electron/core/api/testing/engine.ts';
import type { AccountId, AccountInput, Connection, ConnectionState } from '../../shared/model.ts';
import { FaultClock } from './fault-clock.ts';

/** Long enough to be looked for in everything that leaves the engine. */
export const PASSWORD = 'the-password-of-every-fault';

/** Longer than any limit of a phase. */
const LONGEST_PHASE_MS = 40_000;
/** Shorter than any wait that follows a failure: no state is stepped over. */
const STEP_MS = 250;

/** What a stand is made of. */
interface StandParts {
  readonly app: App;
  readonly clock: FaultClock;
  readonly interfaceEnd: Followed;
  readonly eye: Followed;
  readonly healthy: ImapServer;
  readonly authority: CertificateAuthority;
  readonly dataDir: string;
  readonly printed: readonly string[];
  readonly owned: AsyncDisposableStack;
}

export class FaultStand implements AsyncDisposable {
  readonly clock: FaultClock;
  readonly app: App;
  readonly dataDir: string;
  /** What the engine wrote to its log. */
  readonly printed: readonly string[];
  readonly interfaceEnd: Followed;
  readonly healthy: ImapServer;
  readonly #authority: CertificateAuthority;
  /** Sees the state of this very moment; the interface sees it when a patch has come. */
  readonly #eye: Followed;
  readonly #owned: AsyncDisposableStack;

  private constructor(parts: StandParts) {
    ({
      app: this.app,
      clock: this.clock,
      dataDir: this.dataDir,
      printed: this.printed,
      interfaceEnd: this.interfaceEnd,
      healthy: this.healthy,
    } = parts);
    this.#authority = parts.authority;
    this.#eye = parts.eye;
    this.#owned = parts.owned;
  }

  /**
   * @param dataDir a folder that outlives it; by default one of its own
   * @param deps what else the engine is given
   */
  static async start(dataDir?: string, deps: Partial<AppDeps> = {}): Promise<FaultStand> {
    await using starting = new AsyncDisposableStack();
    const path = dataDir ?? starting.use(await temporaryFolder()).path;
    const authority = await createAuthority();
    const healthy = starting.use(
      await startImapServer({ authority, password: PASSWORD, user: 'healthy@example.org' }),
    );
    const clock = new FaultClock();
    const printed: string[] = [];
    const app = await createApp({
      version: '1.2.3',
      shell: 'host',
      dataDir: path,
      protector: keyFileProtector(path),
      log: lineLog(
        (line) => printed.push(line),
        () => new Date(0),
      ),
      clock,
      ...deps,
    });
    starting.defer(async () => {
      clock.letGo();
      await app.close();
    });
    const parts = { app, clock, healthy, authority, dataDir: path, printed };
    const [interfaceEnd, eye] = [await follow(app), await follow(app)];
    return new FaultStand({ ...parts, interfaceEnd, eye, owned: starting.move() });
  }

  /** Adds the account that nothing may happen to, and waits until it is idle. */
  async watchHealthy(): Promise<void> {
    const id = await this.add(this.healthy, { label: 'Healthy' });
    await this.until(id, ({ state }) => state.kind === 'idle');
  }

  /** A server whose certificates the accounts of this stand trust. */
  server(options: ImapServerOptions = {}): Promise<ImapServer> {
    return startImapServer({ authority: this.#authority, password: PASSWORD, ...options });
  }

  /** The same for one that says whatever it is to. */
  lines(options: LineServerOptions = {}): Promise<LineServer> {
    return startLineServer({ authority: this.#authority, password: PASSWORD, ...options });
  }

  async add(server: Watchable, changes: Partial<AccountInput> = {}): Promise<AccountId> {
    const { id } = await this.interfaceEnd.engine.addAccount(inputFor(server, changes));
    return id;
  }

  /** Removes an account; its server gets no time to listen. */
  async remove(id: AccountId): Promise<void> {
    const { engine, until } = this.interfaceEnd;
    const removed = engine.removeAccount(id);
    await until(({ accounts }) => accounts.every((account) => account.id !== id));
    this.clock.advance(LOGOUT_LIMIT_MS);
    await removed;
  }

  /** The connections of an account as the interface shows them. */
  connections(id: AccountId): readonly Connection[] {
    return this.interfaceEnd.state().connections.filter(({ accountId }) => accountId === id);
  }

  /** Resolves with the account's first connection once `holds` of it. */
  async until(id: AccountId, holds: (connection: Connection) => boolean): Promise<Connection> {
    const find = (connections: readonly Connection[]): Connection | undefined =>
      connections.find((connection) => connection.accountId === id && holds(connection));
    const state = await this.interfaceEnd.until(
      ({ connections }) => find(connections) !== undefined,
    );
    const found = find(state.connections);
    if (found === undefined) throw new Error('what was there is gone');
    return found;
  }

  /** Resolves with what went wrong once something has. */
  async problem(id: AccountId): Promise<ProblemState> {
    const { state } = await this.until(id, (connection) => hasProblem(connection.state));
    return mustHaveProblem(state);
  }

  /** As {@link FaultStand.problem}, where it takes a limit that passes. */
  async problemInTime(id: AccountId): Promise<ProblemState> {
    for (let passedMs = 0; passedMs < LONGEST_PHASE_MS; passedMs += STEP_MS) {
      this.clock.advance(STEP_MS);
      // What the limit ends takes its way through sockets.
      await nextTurn();
      const { connections } = await this.#eye.engine.getState();
      const found = connections.find(
        ({ accountId, state }) => accountId === id && hasProblem(state),
      );
      if (found !== undefined) return mustHaveProblem(found.state);
    }
    throw new Error(`Nothing has failed in ${LONGEST_PHASE_MS} ms.`);
  }

  /** A retry falls due, or a person presses *Reconnect*, and it is idle again. */
  async recovers(id: AccountId): Promise<Connection> {
    const connection = await this.until(id, ({ state }) => state.kind !== 'connecting');
    if (connection.state.kind === 'retrying') this.clock.advance(10_000);
    else await this.interfaceEnd.engine.reconnectAccount(id);
    return this.until(id, ({ state }) => state.kind === 'idle');
  }

  /** What the healthy account, or a secret, has suffered until now, in sentences; nothing should. */
  harm(): string[] {
    const told = JSON.stringify([this.printed, this.interfaceEnd.received]);
    const { connections } = this.healthy.stats();
    const base64 = Buffer.from(PASSWORD).toString('base64').slice(0, -4);
    return [
      this.healthy.idling.length === 1 ? [] : ['the healthy account does not watch its mailbox'],
      connections === 1 ? [] : [`the healthy account has connected ${connections} times`],
      told.includes(PASSWORD) || told.includes(base64) ? ['a password has left the engine'] : [],
      // It would find a password: it finds a name.
      told.includes('Healthy') ? [] : ['nothing has left the engine'],
    ].flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}

/** A state that says what is wrong. */
export type ProblemState = Extract<ConnectionState, { problem: unknown }>;

function hasProblem(state: ConnectionState): state is ProblemState {
  return 'problem' in state;
}

function mustHaveProblem(state: ConnectionState): ProblemState {
  if (!hasProblem(state)) throw new Error(`There is no problem while ${state.kind}.`);
  return state;
}
