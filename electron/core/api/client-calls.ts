import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { ClientWatchInput } from '../../../shared/inputs.ts';
import { CannotWatch, planOf, type WatchPlan } from '../your-client/index.ts';
import type { CallContext } from './call-context.ts';

/** The calls for a program that is watched. */
export type ClientCalls = Pick<
  EngineApi,
  'startClientWatch' | 'stopClientWatch' | 'forgetClientWatch' | 'getClientReport'
>;

/** Answers for programs that are watched. They touch no account, no history and no counter. */
export function createClientCalls({ watches }: CallContext): ClientCalls {
  return {
    startClientWatch: async (input) => ({ id: await watches.start(readPlan(input)) }),
    stopClientWatch: (id) => watches.stop(id),
    forgetClientWatch: (id) => watches.forget(id),
    getClientReport: (id) => watches.report(id),
  };
}

function readPlan(input: ClientWatchInput): WatchPlan {
  try {
    return planOf(input);
  } catch (error) {
    if (!(error instanceof CannotWatch)) throw error;
    throw new RepriseError('invalid-input', error.message, { field: error.field });
  }
}
