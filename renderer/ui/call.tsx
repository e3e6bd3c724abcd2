/** Where a click becomes a call to the engine, and a call that failed a sentence. */
import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import type { EngineApi } from '../../shared/contract.ts';
import { RepriseError } from '../../shared/errors.ts';
import { useEngineApi } from '../engine/engine-api.ts';
import { Button } from './controls.tsx';
import { toastFailure } from './toasts.tsx';

/** A sentence for anything that was thrown by a call to the engine. */
export function errorMessage(error: unknown): string {
  return error instanceof RepriseError
    ? error.message
    : 'Something went wrong in the interface. Reload the page; if it happens again, please report it.';
}

/**
 * Waits for a call to the engine and says so where it fails.
 *
 * @param title what failed, such as `Could not reconnect`
 */
export async function toastIfFailed(title: string, call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    toastFailure({ title, description: errorMessage(error), id: title });
    return false;
  }
}

interface CallButtonProps extends Omit<ComponentProps<typeof Button>, 'onClick'> {
  readonly call: (api: EngineApi) => Promise<unknown>;
  /** What is said where that fails, such as `Could not reconnect`. */
  readonly failure: string;
  /** Before the call: the button may be about to go, and the focus has to be elsewhere by then. */
  readonly before?: (press: MouseEvent<HTMLButtonElement>) => void;
}

/** A button that calls the engine. */
export function CallButton({ call, failure, before, ...rest }: CallButtonProps): ReactNode {
  const api = useEngineApi();
  return (
    <Button
      {...rest}
      onClick={(press) => {
        before?.(press);
        void toastIfFailed(failure, call(api));
      }}
    />
  );
}
