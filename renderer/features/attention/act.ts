import type { EngineApi } from '../../../shared/contract.ts';
import { showScreen } from '../../navigation.ts';
import { openDrawer, openEditForm } from '../../store.ts';
import type { OpenAction, TryAction } from './attention.ts';

/** Opens what helps. */
export function openHelp(action: OpenAction): void {
  switch (action.kind) {
    case 'edit':
      openEditForm(action.accountId);
      break;
    case 'show':
      openDrawer(action.connectionId);
      break;
    case 'check':
      showScreen('check');
      break;
  }
}

/** Connects the accounts; one call after another, since the engine answers only so many at a time. */
export async function tryNow(
  { accountIds }: TryAction,
  api: Pick<EngineApi, 'reconnectAccount'>,
): Promise<void> {
  for (const id of accountIds) await api.reconnectAccount(id);
}
