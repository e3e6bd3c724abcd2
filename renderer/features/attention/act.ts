import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import { openDrawer, openEditForm, openSignIn } from '../../engine/store.ts';
import { formatCount, isolate } from '../../format.ts';
import { showScreen } from '../../navigation.ts';
import { errorMessage } from '../../ui/call.tsx';
import type { OpenAction, TryAction } from './attention.ts';

/** Opens what helps. */
export function openHelp(action: OpenAction): void {
  switch (action.kind) {
    case 'edit':
      openEditForm(action.accountId);
      break;
    case 'sign-in':
      openSignIn(action.accountId);
      break;
    case 'show':
      openDrawer(action.connectionId);
      break;
    case 'check':
      showScreen('check');
      break;
  }
}

/** What to say where accounts could not be connected. */
interface TryFailure {
  readonly title: string;
  readonly description: string;
}

/**
 * Connects the accounts; one call after another, since the engine answers only so many at a time.
 * One that was removed meanwhile needs no connection any more.
 *
 * @param label what the accounts go by together
 * @returns what failed once all were asked; `null` where nothing did
 */
export async function tryNow(
  { accountIds }: TryAction,
  label: string,
  api: Pick<EngineApi, 'reconnectAccount'>,
): Promise<TryFailure | null> {
  const errors: unknown[] = [];
  for (const id of accountIds) {
    try {
      await api.reconnectAccount(id);
    } catch (error) {
      // Whatever it is, the next account may well be connected.
      if (!(error instanceof RepriseError && error.code === 'not-found')) errors.push(error);
    }
  }
  if (errors.length === 0) return null;
  const isAll = errors.length === accountIds.length;
  const which = isAll ? isolate(label) : `${formatCount(errors.length)} of ${label}`;
  return {
    title: `Could not reconnect ${which}`,
    description: [...new Set(errors.map(errorMessage))].join(' '),
  };
}
