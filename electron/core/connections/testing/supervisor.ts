/** For tests: a supervisor on a {@link TestClock}, with everything that it told. */
import type {
  AccountId,
  Attempt,
  Connection,
  ConnectionId,
  ConnectionState,
} from '../../../../shared/model.ts';
import type { AccountSettings } from '../../accounts/account.ts';
import type { ImapServer } from '../../demo/testing/index.ts';
import { SessionCache } from '../../tls/index.ts';
import type { AccessTokens } from '../../oauth/index.ts';
import { byPassword, credentialsOf } from '../credentials.ts';
import { connectionId, Supervisor, type SupervisorDeps } from '../supervisor.ts';
import { TestClock } from '../../testing/clock.ts';
import { BY_TOKEN } from './tokens.ts';

/** What an account has to know of a server. */
export type Watchable = Pick<
  ImapServer,
  'user' | 'password' | 'host' | 'port' | 'security' | 'servername' | 'caPem'
>;

type StateOf<Kind extends ConnectionState['kind']> = Extract<ConnectionState, { kind: Kind }>;

/** Settings for an account on a scripted server. */
function settingsFor(server: Watchable, changes: Partial<AccountSettings> = {}): AccountSettings {
  return {
    id: 'account-1' as AccountId,
    label: 'Test',
    user: server.user,
    host: server.host,
    port: server.port,
    security: server.security,
    servername: server.servername,
    trust: { kind: 'ca', fileName: 'ca.pem', pem: server.caPem },
    mailboxes: ['INBOX'],
    proxy: { kind: 'program' },
    signIn: { kind: 'password' },
    reuse: true,
    policy: { sharing: 'saving', longestAge: 'server' },
    paused: false,
    ...changes,
  };
}

/** A server that is not on this machine, as far as its name says; see {@link TestSupervisor.abroad}. */
export const ABROAD = { host: 'imap.example.org' } as const;

function noPassword(): Promise<never> {
  return Promise.reject(new Error('No password is to be asked for.'));
}

export class TestSupervisor implements AsyncDisposable {
  readonly clock = new TestClock();
  readonly sessions = new SessionCache();
  readonly attempts: Attempt[] = [];
  readonly removed: ConnectionId[] = [];
  readonly alerts: string[] = [];
  readonly connections = new Map<ConnectionId, Connection>();
  readonly supervisor: Supervisor;
  readonly #states = new Map<string, ConnectionState['kind'][]>();
  readonly #waiting = new Set<() => void>();
  /** Of each account, the one that it was given last. */
  readonly #passwords = new Map<AccountId, string | null>();

  constructor(deps: Partial<SupervisorDeps> = {}) {
    this.supervisor = new Supervisor({
      clock: this.clock,
      sessions: this.sessions,
      random: () => 0.5,
      report: (event) => {
        if (event.kind === 'changed') {
          this.#remember(event.connection);
          this.connections.set(event.connection.id, event.connection);
        } else if (event.kind === 'settled') {
          this.attempts.push(event.attempt);
        } else if (event.kind === 'alert') {
          this.alerts.push(event.text);
        } else {
          this.connections.delete(event.id);
          this.removed.push(event.id);
        }
        this.#changed();
      },
      ...deps,
    });
  }

  /** With every name leading to this machine. */
  static abroad(deps: Partial<SupervisorDeps> = {}): TestSupervisor {
    return new TestSupervisor({
      lookup: (_, options, done) => {
        if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
        else done(null, '127.0.0.1', 4);
      },
      ...deps,
    });
  }

  /** The password is the server's own, if no other is given. */
  watch(
    server: Watchable,
    changes: Partial<AccountSettings> = {},
    password: string | null = server.password,
  ): AccountSettings {
    const settings = settingsFor(server, changes);
    const isNew = this.#passwords.get(settings.id) !== password;
    this.#passwords.set(settings.id, password);
    const credentials = () => byPassword(() => Promise.resolve(password));
    this.supervisor.watch({ settings, credentials }, isNew);
    return settings;
  }

  /** Signs in with these tokens. */
  watchByToken(
    server: Watchable,
    tokens: Pick<AccessTokens, 'get' | 'refused'>,
    changes: Partial<AccountSettings> = {},
  ): AccountSettings {
    const settings = settingsFor(server, { signIn: BY_TOKEN, ...changes });
    this.supervisor.watch({ settings, credentials: credentialsOf(settings, noPassword, tokens) });
    return settings;
  }

  /** Every state that a mailbox was in, in their order. */
  states(mailbox = 'INBOX'): readonly ConnectionState['kind'][] {
    return this.#states.get(mailbox) ?? [];
  }

  #remember({ mailbox, state }: Connection): void {
    const states = this.#states.get(mailbox) ?? [];
    if (states.at(-1) !== state.kind) states.push(state.kind);
    this.#states.set(mailbox, states);
  }

  connection(mailbox = 'INBOX', account = 'account-1' as AccountId): Connection {
    const found = this.connections.get(connectionId(account, mailbox));
    if (found === undefined) throw new Error(`Nothing was told of ${mailbox}.`);
    return found;
  }

  /** Resolves with the state of a mailbox once it is of that kind. */
  async state<Kind extends ConnectionState['kind']>(
    kind: Kind,
    mailbox = 'INBOX',
    account = 'account-1' as AccountId,
  ): Promise<StateOf<Kind>> {
    const id = connectionId(account, mailbox);
    await this.until(() => this.connections.get(id)?.state.kind === kind);
    return this.connection(mailbox, account).state as StateOf<Kind>;
  }

  /** Resolves once `condition` holds, which is asked again whenever something was told. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!condition()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.supervisor.close();
  }
}
