import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { ClientLabInput } from '../../../shared/inputs.ts';
import { CannotWatch, listenAddressOf, listenPortOf, planOf } from '../your-client/index.ts';
import type { CallContext } from './call-context.ts';

/** The calls for a program that is watched, or taken through the lab. */
export type ClientCalls = Pick<
  EngineApi,
  | 'startClientWatch'
  | 'stopClientWatch'
  | 'forgetClientWatch'
  | 'getClientReport'
  | 'startClientLab'
  | 'stopClientLab'
  | 'forgetClientLab'
  | 'getClientLabReport'
>;

/** Answers for such programs. They touch no account, no history and no counter. */
export function createClientCalls({ watches, labs }: CallContext): ClientCalls {
  return {
    startClientWatch: async (input) => {
      const plan = asTyped(() => planOf(input));
      return { id: await watches.start(plan, input) };
    },
    stopClientWatch: (id) => watches.stop(id),
    forgetClientWatch: (id) => watches.forget(id),
    getClientReport: (id) => watches.report(id),

    startClientLab: async (input) => {
      const chosen = asTyped(() => chosenOf(input));
      return { id: await labs.start(chosen) };
    },
    stopClientLab: (id) => labs.stop(id),
    forgetClientLab: (id) => labs.forget(id),
    getClientLabReport: (id) => labs.report(id),
  };
}

/** @throws CannotWatch */
function chosenOf({ protocol, listenAddress, listenPort }: ClientLabInput) {
  return {
    protocol,
    listenAddress: listenAddressOf(listenAddress),
    listenPort: listenPortOf(listenPort),
  };
}

/** @throws RepriseError `invalid-input`, with the field */
function asTyped<Plan>(read: () => Plan): Plan {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CannotWatch)) throw error;
    throw new RepriseError('invalid-input', error.message, { field: error.field });
  }
}
