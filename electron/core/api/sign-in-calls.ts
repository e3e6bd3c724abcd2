import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import { placeOf } from '../accounts/index.ts';
import { readIssuer, type Granted } from '../oauth/index.ts';
import { typedPassword } from '../proxy/index.ts';
import { passwordNotice } from '../state/index.ts';
import type { CallContext } from './call-context.ts';

/** The calls that sign in with OAuth. */
export type SignInCalls = Pick<
  EngineApi,
  'startSignIn' | 'signInAgain' | 'cancelSignIn' | 'setOAuthClient'
>;

export function createSignInCalls(context: CallContext): SignInCalls {
  const { own, signIns, grants, clients, tokens, ways, proxyPasswords, watchList, notices } =
    context;
  const { state, passwordOf, turn } = context;

  return {
    startSignIn: (form) => {
      const { host, port, security, servername, user, accountId, proxy } = form;
      const issuer = readIssuer(form.issuer);
      const owner = accountId ?? '';
      if (proxy !== undefined) proxyPasswords.refuseOther(owner, proxy);
      const choice = proxy ?? (accountId === null ? null : own.accounts.get(accountId)?.proxy);
      const way = ways.of(owner, choice ?? { kind: 'program' }, typedPassword(proxy));
      const trust = { kind: 'system' } as const;
      const signIn = { kind: 'password' } as const;
      const typed = { user, host, port, security, servername, trust, signIn };
      const {
        trust: _trust,
        signIn: _signIn,
        ...place
      } = placeOf({
        ...typed,
        proxy: { kind: 'none' },
      });
      const id = signIns.start({
        accountId: null,
        place,
        issuer,
        clientId: form.clientId ?? null,
        fallback: null,
        way,
        flow: form.flow,
        confirmedForeign: form.confirmedForeign,
        anyUser: form.anyUser ?? false,
        finish: (granted) => Promise.resolve(grants.hold(granted)),
      });
      return Promise.resolve({ id });
    },

    signInAgain: (id, flow, anyUser = false) => {
      const account = own.accounts.mustGet(id);
      const { signIn } = account;
      if (signIn.kind === 'password') {
        throw new RepriseError('invalid-input', 'This account signs in with a password.', {
          field: 'signIn',
        });
      }
      const { trust: _trust, signIn: _signIn, ...place } = placeOf(account);
      const finish = (granted: Granted, clientId: string): Promise<null> =>
        turn(async () => {
          const before = own.accounts.mustGet(id);
          // Changed meanwhile: it was for something else.
          if (
            before.signIn.kind !== 'oauth' ||
            !grants.fits(granted, { ...before, signIn: { ...signIn, clientId } })
          ) {
            throw new RepriseError(
              'invalid-input',
              'The account was changed meanwhile. Sign in again.',
            );
          }
          const settings = await own.update(
            id,
            (now) => ({ ...now, signIn: { ...signIn, clientId } }),
            granted.refreshToken,
          );
          tokens.begin(settings, granted.access);
          notices.dismiss(passwordNotice(id));
          watchList.change(settings, passwordOf, true);
          return null;
        });
      return Promise.resolve({
        id: signIns.start({
          accountId: id,
          place,
          issuer: signIn.issuer,
          clientId: null,
          fallback: signIn.clientId,
          way: ways.of(id, account.proxy),
          flow,
          // Whoever made the account has seen them.
          confirmedForeign: null,
          anyUser,
          finish,
        }),
      });
    },

    cancelSignIn: (id) => {
      signIns.cancel(id);
      return Promise.resolve();
    },

    setOAuthClient: (change) =>
      turn(async () => {
        const issuer = readIssuer(change.issuer);
        if (change.kind === 'remove') {
          await clients.remove(issuer);
        } else {
          const { clientId, clientSecret: secret } = change;
          await clients.set(issuer, { clientId, secret }, { isRegistered: false });
        }
        // What was refused for the id or the secret is worth another try.
        for (const { id, signIn } of own.accounts.list()) {
          if (signIn.kind !== 'oauth' || signIn.issuer !== issuer) continue;
          tokens.tryNow(id);
          const isRefused = state
            .list('connections')
            .some((one) => one.accountId === id && one.state.kind === 'sign-in-failed');
          if (isRefused) watchList.supervisor.reconnectAccount(id);
        }
      }),
  };
}
