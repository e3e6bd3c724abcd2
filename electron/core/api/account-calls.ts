import { randomUUID } from 'node:crypto';
import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { AccountId, AccountInput, Phase } from '../../../shared/model.ts';
import type { SignInWay } from '../../../shared/oauth.ts';
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
import { OAuthError, type AccessToken, type Granted } from '../oauth/index.ts';
import { keepingPassword, typedPassword, type Way } from '../proxy/index.ts';
import { isPlace } from '../../../shared/proxy.ts';
import type { CallContext } from './call-context.ts';
import { secretOf, testConnection, type Credentials } from '../connections/index.ts';
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
  const { ways, proxyPasswords, grants, tokens } = context;
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
    if (id === null) return typed ?? missing(settings.signIn);
    const given = passwordWith(id, settings, typed);
    if (given !== null) return given;
    const { book } = ownerOf(id);
    const tried = { id, ...settings };
    book.refuseOtherPlace(tried);
    return (await book.passwordFor(tried)) ?? missing(settings.signIn);
  };

  /** What the issuer has granted to the form; else to the account. What is stored is no password. */
  const tokenToTest = async (
    input: AccountInput,
    stored: AccountSettings | null,
    settings: ConnectSettings,
  ): Promise<AccessToken> => {
    const granted = grantedWith(input, settings);
    if (granted !== null) return granted.access;
    if (stored === null) return missing(settings.signIn);
    own.refuseOtherPlace({ id: stored.id, ...settings });
    try {
      return await tokens.get(stored, { signal: AbortSignal.timeout(TOKEN_WITHIN_MS) });
    } catch (error) {
      if (error instanceof OAuthError) {
        throw new RepriseError('invalid-input', error.message, { field: 'signIn' });
      }
      throw error;
    }
  };

  const credentialsToTest = async (
    input: AccountInput,
    stored: AccountSettings | null,
    settings: ConnectSettings,
  ): Promise<Credentials> => {
    if (settings.signIn.kind === 'oauth') {
      const token = await tokenToTest(input, stored, settings);
      return { kind: 'token', ...token, refused: () => undefined };
    }
    const password = await passwordToTest(input, stored?.id ?? null, settings);
    return { kind: 'password', password };
  };

  /** Changes what an account connects with, and takes it over. */
  const edit = (
    id: AccountId,
    change: (account: AccountSettings) => AccountSettings,
    input: Pick<AccountInput, 'password' | 'signIn' | 'proxy'>,
  ): Promise<void> =>
    turn(async () => {
      const { proxy } = input;
      const { book, password } = ownerOf(id);
      const before = book.accounts.mustGet(id);
      const after = change(before);
      const granted = grantedWith(input, after);
      const given = granted?.refreshToken ?? passwordWith(id, after, input.password);
      const unused = book === own ? await unusedToken(before, after, given) : null;
      // Typed again, what was refused is no other password, and is not sent again.
      const isSame = given === null || (await readable(password(before))) === given;
      const settings = await proxyPasswords.with(id, proxy, () => book.update(id, change, given));
      // Also where an old place has come back, with the password that was for it.
      if (given !== null || connectsElsewhere(before, settings)) {
        notices.dismiss(passwordNotice(id));
      }
      takeUp(input, settings, granted);
      if (unused !== null) tokens.revoke(before, unused, await wayThatStays(before));
      watchList.change(settings, password, !isSame);
      if (typedPassword(proxy) !== null) watchList.wayChanged([id]);
    });

  /**
   * What a finished sign-in brought for these settings; `null` where they sign in with a password, or keep
   * what is stored.
   *
   * @throws RepriseError `invalid-input`, field `signIn`
   */
  const grantedWith = (
    { password, signIn }: Pick<AccountInput, 'password' | 'signIn'>,
    settings: ConnectSettings,
  ): Granted | null => {
    if (settings.signIn.kind === 'password') return null;
    // It would be taken for a refresh token, and sent to the issuer.
    if (password !== null) {
      throw new RepriseError(
        'invalid-input',
        'This account signs in in the browser, without a password. Sign in, or choose the password as its way to sign in.',
        { field: 'signIn' },
      );
    }
    return signIn?.kind === 'oauth' && signIn.grant !== null
      ? grants.for(signIn.grant, settings)
      : null;
  };

  /** The account is stored with what was granted, which is nobody else's from now on. */
  const takeUp = (
    { signIn }: Pick<AccountInput, 'signIn'>,
    account: AccountSettings,
    granted: Granted | null,
  ): void => {
    if (account.signIn.kind === 'password') tokens.forget(account.id);
    if (granted !== null) tokens.begin(account, granted.access);
    if (signIn?.kind === 'oauth' && signIn.grant !== null) grants.drop(signIn.grant);
  };

  /** The refresh token that an account has had, where it signs in with a password from now on. */
  const unusedToken = async (
    before: AccountSettings,
    after: AccountSettings,
    given: string | null,
  ): Promise<string | null> =>
    before.signIn.kind === 'oauth' && after.signIn.kind === 'password' && given !== null
      ? readable(own.passwordFor(before))
      : null;

  /** The way of an account, even when the password of its proxy is gone. */
  const wayThatStays = async ({ id, proxy }: AccountSettings): Promise<Way> => {
    const hasUser = isPlace(proxy) && proxy.user !== '';
    return ways.of(id, proxy, hasUser ? await proxyPasswords.get(id, proxy) : null);
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
        const like = likeId === null ? null : ownerOf(likeId).book.accounts.mustGet(likeId);
        const account = newAccount(randomUUID() as string as AccountId, input, like);
        const granted = grantedWith(input, account);
        const secret = granted?.refreshToken ?? input.password ?? missing(account.signIn);
        const { proxy = keepingPassword(account.proxy) } = input;
        const add = (): Promise<void> => own.add(account, secret);
        await proxyPasswords.with(account.id, proxy, add, likeId);
        takeUp(input, account, granted);
        watchList.start(account, false, passwordOf);
        return { id: account.id };
      }),

    updateAccount: (id, input) => edit(id, (account) => editedAccount(account, input), input),

    removeAccount: async (id) => {
      const { loggedOut } = await turn(async () => {
        if (ownerOf(id).isDemo) return { loggedOut: demo.remove(id) };
        const account = own.accounts.mustGet(id);
        const token =
          account.signIn.kind === 'oauth' ? await readable(own.passwordFor(account)) : null;
        const way = token === null ? null : await wayThatStays(account);
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
        tokens.forget(id);
        if (token !== null && way !== null) tokens.revoke(account, token, way);
        return { loggedOut: watchList.stop(id) };
      });
      // A server that does not answer must not hold up the changes of other accounts.
      await loggedOut;
      redaction.forget(id);
    },

    testConnection: async (input, id, test) => {
      const stored = id === null ? null : ownerOf(id).book.accounts.mustGet(id);
      const settings = settingsToTest(input, stored);
      const credentials = await credentialsToTest(input, stored, settings);
      const proxyPassword = typedPassword(input.proxy);
      if (input.proxy !== undefined) proxyPasswords.refuseOther(id ?? '', input.proxy);
      const way = ways.of(id ?? '', settings.proxy, proxyPassword);
      const key = `test:${randomUUID()}`;
      redaction.hide(key, secretOf(credentials));
      redaction.hide(`${key}:proxy`, proxyPassword ?? '');
      try {
        const phases: Phase[] = [];
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
      edit(id, (account) => ({ ...account, trust: chosenTrust(choice) }), { password }),

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

/** A token that has to be had first; the test itself is bounded by its phases. */
const TOKEN_WITHIN_MS = 30_000;

/** One that cannot be read is none. */
async function readable(password: Promise<string | null>): Promise<string | null> {
  try {
    return await password;
  } catch {
    return null;
  }
}

function missing({ kind }: SignInWay): never {
  if (kind === 'oauth') {
    throw new RepriseError('invalid-input', 'Sign in first.', { field: 'signIn' });
  }
  throw new RepriseError(
    'invalid-input',
    'Enter the password, or an app password where your provider asks for one.',
    { field: 'password' },
  );
}
