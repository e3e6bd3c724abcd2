import { randomUUID } from 'node:crypto';
import type { EngineApi } from '../../shared/contract.ts';
import { RepriseError } from '../../shared/errors.ts';
import type { AccountId, AccountInput, Connection, ConnectionId } from '../../shared/model.ts';
import type { AccountBook } from './accounts/account-book.ts';
import type { Agreement } from './agreement.ts';
import {
  chosenTrust,
  editedAccount,
  newAccount,
  settingsToTest,
} from './accounts/account-input.ts';
import { parseTarget, type CheckDesk } from './check/index.ts';
import { accountNotFound } from './accounts/account-store.ts';
import { readCaFile } from './accounts/ca-file.ts';
import { suggestSettings } from './accounts/presets.ts';
import type { AccountSettings } from './accounts/types.ts';
import type { Clock } from './clock.ts';
import { testConnection } from './connections/index.ts';
import type { DemoAccounts } from './demo-accounts.ts';
import { exportView } from './history/export.ts';
import type { History } from './history/history.ts';
import type { Log, Redaction } from './log.ts';
import { passwordNotice, type NoticeBoard } from './notice-board.ts';
import type { SettingsService } from './settings/settings-service.ts';
import type { EngineState } from './snapshot.ts';
import { inTurn, type Turn } from './turn.ts';
import type { PasswordOf, WatchList } from './watch-list.ts';

/** What the calls work with. */
export interface Services {
  readonly state: EngineState;
  readonly watchList: WatchList;
  /** The user's own accounts. */
  readonly own: AccountBook;
  readonly agreement: Agreement;
  /** Gives the passwords of the user's own accounts. */
  readonly passwordOf: PasswordOf;
  readonly demo: DemoAccounts;
  readonly history: History;
  readonly checks: CheckDesk;
  readonly notices: NoticeBoard;
  readonly settings: SettingsService;
  /** Resolves when what was forgotten is no longer on the disk either. */
  readonly forgotten: () => Promise<void>;
  readonly redaction: Redaction;
  readonly log: Log;
  readonly clock: Clock;
}

/** The calls of the contract that are the same for every channel. */
export type Calls = Omit<EngineApi, 'getState'>;

/**
 * Answers the contract. What is stored is written first; connections follow. Changes of accounts
 * happen one after another, so that none can undo half of another.
 */
export function createCalls(services: Services): Calls {
  const {
    state,
    watchList,
    own,
    agreement,
    passwordOf,
    demo,
    history,
    checks,
    notices,
    settings,
    forgotten,
    redaction,
    log,
    clock,
  } = services;
  const { supervisor } = watchList;
  const inOrder = inTurn();
  const turn: Turn = (step) =>
    inOrder(async () => {
      const result = await step();
      await forgotten();
      return result;
    });

  /** The accounts that this one belongs to: the user's or the demo's. */
  const bookOf = (id: AccountId): { book: AccountBook; password: PasswordOf; isDemo: boolean } => {
    if (own.accounts.get(id) !== null) return { book: own, password: passwordOf, isDemo: false };
    if (demo.book.accounts.get(id) === null) throw accountNotFound();
    return { book: demo.book, password: (demoId) => demo.book.secrets.get(demoId), isDemo: true };
  };

  const mustBeConnection = (id: ConnectionId): void => {
    if (state.find('connections', id) === undefined) throw connectionNotFound();
  };

  /** Where one of those can be reconnected, there is something to do. */
  const mustHaveNetwork = (isMeant: (connection: Connection) => boolean): void => {
    const meant = state.list('connections').filter(isMeant);
    if (meant.length > 0 && meant.every((connection) => connection.state.kind === 'offline')) {
      throw new RepriseError(
        'offline',
        'This machine has no network. Reprise connects by itself as soon as there is one.',
      );
    }
  };

  const showDemo = (running: boolean): void => {
    state.set('app', { ...state.get('app'), demo: running });
  };

  const passwordToTest = async (input: AccountInput, id: AccountId | null): Promise<string> => {
    const stored = id === null ? null : await bookOf(id).book.secrets.get(id);
    const password = input.password ?? stored;
    if (password === null) throw passwordMissing();
    return password;
  };

  /** Stores one changed setting of an account, and takes it over. */
  const set = (id: AccountId, change: Partial<AccountSettings>): Promise<number> =>
    turn(async () => {
      const { book, password } = bookOf(id);
      const settings = await book.accounts.update(id, (account) => ({ ...account, ...change }));
      return watchList.change(settings, password);
    });

  return {
    addAccount: (input) =>
      turn(async () => {
        if (input.password === null) throw passwordMissing();
        const account = newAccount(randomUUID() as string as AccountId, input);
        await own.add(account, input.password);
        watchList.start(account, false, passwordOf);
        return { id: account.id };
      }),

    updateAccount: (id, input) =>
      turn(async () => {
        const { book, password } = bookOf(id);
        const edit = (account: AccountSettings): AccountSettings => editedAccount(account, input);
        const settings = await book.update(id, edit, input.password);
        if (input.password !== null) notices.dismiss(passwordNotice(id));
        watchList.change(settings, password, input.password !== null);
      }),

    removeAccount: async (id) => {
      const { loggedOut } = await turn(async () => {
        if (bookOf(id).isDemo) return { loggedOut: demo.remove(id) };
        notices.dismiss(passwordNotice(id));
        await own.remove(id, (error) => {
          log.error('the password of a removed account is left in secrets.json', error);
          notices.post(
            passwordNotice(id),
            'warning',
            'The account is removed, but its password could not be deleted from disk. Reprise tries again at its next start.',
          );
        });
        return { loggedOut: watchList.stop(id) };
      });
      // A server that does not answer must not hold up the changes of other accounts.
      await loggedOut;
      redaction.forget(id);
    },

    testConnection: async (input, id) => {
      const stored = id === null ? null : bookOf(id).book.accounts.mustGet(id);
      const settings = settingsToTest(input, stored);
      const password = await passwordToTest(input, id);
      const key = `test:${randomUUID()}`;
      redaction.hide(key, password);
      try {
        return await testConnection(settings, password, input.mailboxes, { clock });
      } finally {
        redaction.forget(key);
      }
    },

    setTrust: async (id, choice) => {
      await set(id, { trust: chosenTrust(choice) });
    },

    checkSystemTrust: (id) => {
      const { host, port, security, servername } = bookOf(id).book.accounts.mustGet(id);
      return checks.systemTrust({ protocol: 'imap', host, port, security, servername });
    },

    suggestSettings: (address) => Promise.resolve(suggestSettings(address)),

    setReuse: async (id, reuse) => ({ forgotten: await set(id, { reuse }) }),

    setPolicy: async (id, policy) => {
      await set(id, { policy });
    },

    tryOffering: (id) =>
      turn(() => {
        bookOf(id);
        watchList.tryOffering(id);
      }),

    setPaused: async (id, paused) => {
      await set(id, { paused });
    },

    forgetSessions: (id) =>
      turn(() => {
        bookOf(id);
        return { forgotten: watchList.forgetSessions(id) };
      }),

    forgetHeldSessions: (id) => turn(() => ({ forgotten: watchList.forgetHeldSessions(id) })),

    forgetAllSessions: () => turn(() => ({ forgotten: watchList.forgetAllSessions() })),

    reconnect: (id) =>
      turn(() => {
        mustBeConnection(id);
        mustHaveNetwork((connection) => connection.id === id);
        supervisor.reconnect(id);
      }),

    reconnectAccount: (id) =>
      turn(() => {
        bookOf(id);
        mustHaveNetwork(({ accountId }) => accountId === id);
        supervisor.reconnectAccount(id);
      }),

    reconnectAll: () =>
      turn(() => {
        mustHaveNetwork(() => true);
        supervisor.reconnectAll();
      }),

    getOpensslCommand: (id) => {
      const connection = state.find('connections', id);
      const command = connection === undefined ? null : watchList.opensslCommand(connection);
      return command === null ? Promise.reject(connectionNotFound()) : Promise.resolve(command);
    },

    getConnection: (id) => {
      const detail = supervisor.detail(id);
      return detail === null ? Promise.reject(connectionNotFound()) : Promise.resolve(detail);
    },

    startCheck: async ({ server, starttls, servername, trust, attempts }) => {
      const parsed = parseTarget({ server, starttls, servername });
      if (parsed.kind === 'wrong') {
        throw new RepriseError('invalid-input', parsed.message, { field: 'host' });
      }
      const read =
        trust.kind === 'system'
          ? trust
          : { ...trust, pem: readCaFile(trust.pem, trust.fileName).pem };
      return { id: checks.start({ target: parsed.target, trust: read, attempts }) };
    },

    checkAccountServer: async (id) => {
      const { host, port, security, servername, trust } = bookOf(id).book.accounts.mustGet(id);
      const target = { protocol: 'imap', host, port, security, servername } as const;
      return { id: checks.start({ target, trust, attempts: null }) };
    },

    repeatCheck: async (id) => ({ id: checks.repeat(id) }),

    cancelCheck: async (id) => {
      checks.cancel(id);
    },

    getHistory: (query) => history.view(query),

    exportHistory: async ({ format, ...query }) => exportView(await history.view(query), format),

    getHistoryExtent: () => history.extent(),

    // Not in turn with the accounts: to shorten a long history takes its time, and nobody is to
    // wait for that with switching off or forgetting.
    changeSettings: async (change) => {
      if (change.keepSessions === true && state.get('app').protection.kind === 'memory') {
        throw new RepriseError(
          'secrets',
          'Sessions cannot be kept: this system offers no protected place for the key that would encrypt them.',
        );
      }
      await settings.change(change);
    },

    startDemo: () =>
      turn(async () => {
        try {
          await demo.start();
        } catch (error) {
          log.error('the demo servers could not be started', error);
          throw new RepriseError(
            'internal',
            'The demo servers could not be started: no port of this machine could be opened for them. Close some programs and try again.',
            { cause: error },
          );
        }
        showDemo(true);
      }),

    stopDemo: () =>
      turn(async () => {
        await demo.stop();
        showDemo(false);
      }),

    agreeToKeyFile: () => turn(() => agreement.agreeToKeyFile()),
    dismissNotice: (id) => {
      notices.dismiss(id);
      return Promise.resolve();
    },
  };
}

function connectionNotFound(): RepriseError {
  return new RepriseError(
    'not-found',
    'This connection is no longer there. Its account or mailbox may have been removed.',
  );
}

function passwordMissing(): RepriseError {
  return new RepriseError(
    'invalid-input',
    'Enter the password, or an app password where your provider asks for one.',
    { field: 'password' },
  );
}
