import { randomUUID } from 'node:crypto';
import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId, AccountInput, Phase } from '../../../shared/model.ts';
import { isSamePlace } from '../../../shared/password-place.ts';
import {
  type AccountSettings,
  chosenTrust,
  connectsElsewhere,
  type ConnectSettings,
  editedAccount,
  newAccount,
  placeOf,
  settingsToTest,
} from '../accounts/index.ts';
import { keepingPassword, typedPassword } from '../proxy/index.ts';
import type { CallContext } from './call-context.ts';
import { testConnection } from '../connections/index.ts';
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
  | 'setPolicies'
  | 'tryOffering'
  | 'setPaused'
>;

/** What is stored is written first; connections follow. */
export function createAccountCalls(context: CallContext): AccountCalls {
  const { state, watchList, own, passwordOf, demo, checks, setUp, notices, redaction, log, clock } =
    context;
  const { ways, proxyPasswords } = context;
  const { turn, ownerOf } = context;

  /**
   * The password that goes with an account as it would be: what was typed; `null` keeps what is stored.
   * Whoever moves an account of the demo cannot know the password that was made up for it.
   */
  const passwordWith = (
    id: AccountId,
    settings: ConnectSettings,
    typed: string | null,
  ): string | null => {
    if (typed !== null) return typed;
    const place = placeOf(ownerOf(id).book.accounts.mustGet(id));
    return isSamePlace(place, placeOf(settings)) ? null : demo.madeUpPassword(id);
  };

  const passwordToTest = async (
    { password: typed }: AccountInput,
    id: AccountId | null,
    settings: ConnectSettings,
  ): Promise<string> => {
    if (settings.signIn.kind === 'oauth') notYet();
    if (id === null) return typed ?? missing();
    const given = passwordWith(id, settings, typed);
    if (given !== null) return given;
    const { book } = ownerOf(id);
    const tried = { id, ...settings };
    book.refuseOtherPlace(tried);
    return (await book.passwordFor(tried)) ?? missing();
  };

  /** Changes what an account connects with, and takes it over. */
  const edit = (
    id: AccountId,
    change: (account: AccountSettings) => AccountSettings,
    typed: string | null,
    proxy?: AccountInput['proxy'],
  ): Promise<void> =>
    turn(async () => {
      const { book, password } = ownerOf(id);
      const before = book.accounts.mustGet(id);
      const given = passwordWith(id, change(before), typed);
      // Typed again, what was refused is no other password, and is not sent again.
      const isSame = given === null || (await readable(password(before))) === given;
      const settings = await proxyPasswords.with(id, proxy, () => book.update(id, change, given));
      // Also where an old place has come back, with the password that was for it.
      if (given !== null || connectsElsewhere(before, settings)) {
        notices.dismiss(passwordNotice(id));
      }
      watchList.change(settings, password, !isSame);
      if (typedPassword(proxy) !== null) watchList.wayChanged([id]);
    });

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
        if (input.signIn?.kind === 'oauth') notYet();
        const password = input.password ?? missing();
        const like = likeId === null ? null : ownerOf(likeId).book.accounts.mustGet(likeId);
        const account = newAccount(randomUUID() as string as AccountId, input, like);
        const { proxy = keepingPassword(account.proxy) } = input;
        const add = (): Promise<void> => own.add(account, password);
        await proxyPasswords.with(account.id, proxy, add, likeId);
        watchList.start(account, false, passwordOf);
        return { id: account.id };
      }),

    updateAccount: async (id, input) =>
      input.signIn?.kind === 'oauth'
        ? notYet()
        : edit(id, (account) => editedAccount(account, input), input.password, input.proxy),

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

    testConnection: async (input, id, test) => {
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
        const phases: Phase[] = [];
        const credentials = { kind: 'password', password } as const;
        return await testConnection(settings, credentials, input.mailboxes, clock, way, (phase) => {
          if (phases.at(-1) === phase) return;
          phases.push(phase);
          if (test !== undefined) state.put('tests', { id: test, phases: [...phases] });
        });
      } finally {
        if (test !== undefined) state.remove('tests', test);
        redaction.forget(key);
        redaction.forget(`${key}:proxy`);
      }
    },

    setTrust: (id, choice, password) =>
      edit(id, (account) => ({ ...account, trust: chosenTrust(choice) }), password),

    checkSystemTrust: (id) => {
      const account = ownerOf(id).book.accounts.mustGet(id);
      const { host, port, security, servername, proxy } = account;
      const target = { protocol: 'imap', host, port, security, servername } as const;
      return checks.systemTrust(target, ways.of(id, proxy));
    },

    findSettings: (address) => setUp.find(address),

    setReuse: async (id, reuse) => ({ forgotten: await set(id, { reuse }) }),

    setPolicy: async (id, policy) => ({ forgotten: await set(id, { policy }) }),

    setPolicies: (chosen) =>
      turn(async () => {
        const owned = chosen.map((one) => ({ ...one, ...ownerOf(one.id) }));
        // In the same turn, so that they are one write.
        const changed = await Promise.all(
          owned.map(async ({ id, policy, book, password }) => ({
            settings: await book.accounts.update(id, (account) => ({ ...account, policy })),
            password,
          })),
        );
        const forgotten = changed.map(({ settings, password }) =>
          watchList.change(settings, password),
        );
        return { forgotten: forgotten.reduce((sum, count) => sum + count, 0) };
      }),

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

/** Signing in with OAuth is being built. */
function notYet(): never {
  throw new RepriseError('internal', 'Reprise cannot sign in that way yet.', { field: 'signIn' });
}

function missing(): never {
  throw new RepriseError(
    'invalid-input',
    'Enter the password, or an app password where your provider asks for one.',
    { field: 'password' },
  );
}
