import { randomUUID } from 'node:crypto';
import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId, AccountInput } from '../../../shared/model.ts';
import {
  type AccountSettings,
  chosenTrust,
  connectsElsewhere,
  type ConnectSettings,
  editedAccount,
  newAccount,
  settingsToTest,
} from '../accounts/index.ts';
import { keepingPassword, typedPassword } from '../proxy/index.ts';
import type { CallContext } from './call-context.ts';
import { testConnection } from '../connections/index.ts';
import { findSettings } from '../set-up/index.ts';
import { passwordNotice } from '../state/index.ts';

/** The calls that add, test, change and remove accounts. */
export type AccountCalls = Pick<
  EngineApi,
  | 'addAccount'
  | 'updateAccount'
  | 'removeAccount'
  | 'testConnection'
  | 'setTrust'
  | 'checkSystemTrust'
  | 'findSettings'
  | 'setReuse'
  | 'setPolicy'
  | 'tryOffering'
  | 'setPaused'
>;

/** What is stored is written first; connections follow. */
export function createAccountCalls(context: CallContext): AccountCalls {
  const { watchList, own, passwordOf, demo, checks, notices, redaction, log, clock } = context;
  const { ways, proxyPasswords } = context;
  const { turn, ownerOf } = context;

  const passwordToTest = async (
    input: AccountInput,
    id: AccountId | null,
    settings: ConnectSettings,
  ): Promise<string> => {
    if (input.password !== null) return input.password;
    if (id === null) throw passwordMissing();
    const { book } = ownerOf(id);
    const tried = { id, host: settings.host, servername: settings.servername };
    book.refuseOtherServer(tried);
    const password = await book.passwordFor(tried);
    if (password === null) throw passwordMissing();
    return password;
  };

  /** Stores one changed setting of an account, and takes it over. */
  const set = (id: AccountId, change: Partial<AccountSettings>): Promise<number> =>
    turn(async () => {
      const { book, password } = ownerOf(id);
      const settings = await book.accounts.update(id, (account) => ({ ...account, ...change }));
      return watchList.change(settings, password);
    });

  return {
    addAccount: (input, likeId = null) =>
      turn(async () => {
        if (input.password === null) throw passwordMissing();
        const like = likeId === null ? null : ownerOf(likeId).book.accounts.mustGet(likeId);
        const account = newAccount(randomUUID() as string as AccountId, input, like);
        const { password, proxy = keepingPassword(account.proxy) } = input;
        const add = (): Promise<void> => own.add(account, password);
        await proxyPasswords.with(account.id, proxy, add, likeId);
        watchList.start(account, false, passwordOf);
        return { id: account.id };
      }),

    updateAccount: (id, input) =>
      turn(async () => {
        const { book, password } = ownerOf(id);
        const before = book.accounts.mustGet(id);
        const edit = (account: AccountSettings): AccountSettings => editedAccount(account, input);
        // Typed again, what was refused is no other password, and is not sent again.
        const isSame =
          input.password === null || (await readable(password(before))) === input.password;
        const settings = await proxyPasswords.with(id, input.proxy, () =>
          book.update(id, edit, input.password),
        );
        // Also where an old server has come back, with the password that was for it.
        if (input.password !== null || connectsElsewhere(before, settings)) {
          notices.dismiss(passwordNotice(id));
        }
        watchList.change(settings, password, !isSame);
        if (typedPassword(input.proxy) !== null) watchList.wayChanged([id]);
      }),

    removeAccount: async (id) => {
      const { loggedOut } = await turn(async () => {
        if (ownerOf(id).isDemo) return { loggedOut: demo.remove(id) };
        notices.dismiss(passwordNotice(id));
        await own.remove(id, (error) => {
          log.error('the password of a removed account is left in secrets.json', error);
          notices.post(
            passwordNotice(id),
            'warning',
            'The account is removed, but its password could not be deleted from disk. Reprise tries again at its next start.',
          );
        });
        await proxyPasswords.forget(id).catch((error: unknown) => {
          log.error(
            'the proxy’s password of a removed account is left in proxy-passwords.json',
            error,
          );
        });
        return { loggedOut: watchList.stop(id) };
      });
      // A server that does not answer must not hold up the changes of other accounts.
      await loggedOut;
      redaction.forget(id);
    },

    testConnection: async (input, id) => {
      const stored = id === null ? null : ownerOf(id).book.accounts.mustGet(id);
      const settings = settingsToTest(input, stored);
      const password = await passwordToTest(input, id, settings);
      const proxyPassword = typedPassword(input.proxy);
      if (input.proxy !== undefined) proxyPasswords.refuseOther(id ?? '', input.proxy);
      const way = ways.of(id ?? '', settings.proxy, proxyPassword);
      const key = `test:${randomUUID()}`;
      redaction.hide(key, password);
      redaction.hide(`${key}:proxy`, proxyPassword ?? '');
      try {
        return await testConnection(settings, password, input.mailboxes, clock, way);
      } finally {
        redaction.forget(key);
        redaction.forget(`${key}:proxy`);
      }
    },

    setTrust: async (id, choice) => {
      await set(id, { trust: chosenTrust(choice) });
    },

    checkSystemTrust: (id) => {
      const account = ownerOf(id).book.accounts.mustGet(id);
      const { host, port, security, servername, proxy } = account;
      const target = { protocol: 'imap', host, port, security, servername } as const;
      return checks.systemTrust(target, ways.of(id, proxy));
    },

    findSettings: async (address) => findSettings(address),

    setReuse: async (id, reuse) => ({ forgotten: await set(id, { reuse }) }),

    setPolicy: async (id, policy) => {
      await set(id, { policy });
    },

    tryOffering: (id) =>
      turn(() => {
        ownerOf(id);
        watchList.tryOffering(id);
      }),

    setPaused: async (id, paused) => {
      await set(id, { paused });
    },
  };
}

/** One that cannot be read is none. */
async function readable(password: Promise<string | null>): Promise<string | null> {
  try {
    return await password;
  } catch {
    return null;
  }
}

function passwordMissing(): RepriseError {
  return new RepriseError(
    'invalid-input',
    'Enter the password, or an app password where your provider asks for one.',
    { field: 'password' },
  );
}
