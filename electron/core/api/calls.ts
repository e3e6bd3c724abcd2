import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import { createAccountCalls } from './account-calls.ts';
import { callContext, type Services } from './call-context.ts';
import { createCheckCalls } from './check-calls.ts';
import { createSignInCalls } from './sign-in-calls.ts';
import { createClientCalls } from './client-calls.ts';
import { createConnectionCalls } from './connection-calls.ts';
import { OF_PROGRAM, typedPassword } from '../proxy/index.ts';
import { isSameChoice, withoutPassword } from '../../../shared/proxy.ts';
import { exportView } from '../history/index.ts';

/** The calls of the contract that are the same for every channel. */
export type Calls = Omit<EngineApi, 'getState'>;

/**
 * Answers the contract. What is stored is written first; connections follow. Changes of accounts
 * happen one after another, so that none can undo half of another.
 */
export function createCalls(services: Services): Calls {
  const context = callContext(services);
  const { state, watchList, agreement, demo, history, notices, settings, log } = services;
  const { proxyPasswords } = services;
  const { turn, ownerOf } = context;

  const showDemo = (running: boolean): void => {
    state.set('app', { ...state.get('app'), demo: running });
  };

  return {
    ...createAccountCalls(context),
    ...createConnectionCalls(context),
    ...createCheckCalls(context),
    ...createSignInCalls(context),
    ...createClientCalls(context),

    forgetSessions: (id) =>
      turn(() => {
        ownerOf(id);
        return { forgotten: watchList.forgetSessions(id) };
      }),

    forgetHeldSessions: (id) => turn(() => ({ forgotten: watchList.forgetHeldSessions(id) })),

    forgetAllSessions: () => turn(() => ({ forgotten: watchList.forgetAllSessions() })),

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

    setProxy: (input) =>
      turn(async () => {
        const before = settings.current.proxy;
        const proxy = withoutPassword(input);
        await proxyPasswords.with(OF_PROGRAM, input, () => settings.change({ proxy }));
        if (typedPassword(input) !== null || !isSameChoice(before, proxy))
          watchList.programWayChanged();
      }),

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
