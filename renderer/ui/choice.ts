/** A choice that the engine is told of: it shows at once, and goes back where the engine says no. */
import { useState } from 'react';
import type { EngineState } from '../engine/engine-state.ts';
import { store, useInterface } from '../engine/store.ts';
import { toastIfFailed } from './call.tsx';

interface Pending<Value> {
  readonly value: Value;
  /** What it is part of, as the engine had sent it by then. */
  readonly before: unknown;
  /** The engine has said yes; what it sends next is the truth. */
  readonly isTaken: boolean;
}

/**
 * Tells the engine of a choice. Resolves with whether it was taken; where it was not, it is said.
 *
 * @param failure what failed then, such as `Could not change the setting`
 */
type Choose<Value> = (
  value: Value,
  failure: string,
  call: () => Promise<unknown>,
) => Promise<boolean>;

/**
 * What to show of a value of the engine's that the user chooses here, and others elsewhere. From the
 * click until the engine has both answered and sent what the value is part of, it is the choice:
 * answers overtake the state, which comes at most twenty times a second. Otherwise it is the
 * engine's, so that it follows other windows.
 *
 * @param value the engine's
 * @param select what the value is part of, and is sent anew with: an account, the settings
 */
export function useChoice<Value>(
  value: Value,
  select: (state: EngineState) => unknown,
): readonly [shown: Value, choose: Choose<Value>] {
  const [pending, setPending] = useState<Pending<Value> | null>(null);
  const read = () => {
    const { engine } = store.getState();
    return engine === null ? null : select(engine);
  };
  // Followed only while a choice is pending: accounts are sent anew at every handshake.
  const isOver = useInterface(
    () => pending !== null && pending.isTaken && read() !== pending.before,
  );
  if (isOver) setPending(null);

  const choose: Choose<Value> = async (chosen, failure, call) => {
    const mine: Pending<Value> = { value: chosen, before: read(), isTaken: false };
    setPending(mine);
    const isTaken = await toastIfFailed(failure, call());
    // A later choice is not decided by the answer to an earlier one.
    setPending((latest) => {
      if (latest !== mine) return latest;
      return isTaken ? { ...mine, isTaken } : null;
    });
    return isTaken;
  };
  return [pending === null || isOver ? value : pending.value, choose];
}
