import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';

/** The calls that sign in with OAuth. */
export type SignInCalls = Pick<
  EngineApi,
  'startSignIn' | 'signInAgain' | 'cancelSignIn' | 'setOAuthClient'
>;

export function createSignInCalls(): SignInCalls {
  return {
    startSignIn: notYet,
    signInAgain: notYet,
    cancelSignIn: notYet,
    setOAuthClient: notYet,
  };
}

function notYet(): Promise<never> {
  return Promise.reject(new RepriseError('internal', 'Reprise cannot sign in that way yet.'));
}
