import { showScreen } from '../../navigation.ts';
import { openDrawer, openEditForm } from '../../store.ts';
import type { AttentionItem } from './attention.ts';

/** Opens what helps. */
export function act(action: AttentionItem['action']): void {
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
