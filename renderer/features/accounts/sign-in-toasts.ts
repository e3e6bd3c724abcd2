import type { AccountId } from '../../../shared/model.ts';
import type { EngineState } from '../../engine/engine-state.ts';
import { isolate } from '../../engine/isolate.ts';
import { openEditForm, store } from '../../engine/store.ts';
import { toastFailure } from '../../ui/toasts.ts';

/** The accounts whose sign-in failed between two states; none on first sight. */
export function newlyRefused(before: EngineState | null, after: EngineState): AccountId[] {
  if (before === null || before.summaries === after.summaries) return [];
  const refused: AccountId[] = [];
  for (const [id, { state }] of after.summaries) {
    if (state === 'sign-in-failed' && before.summaries.get(id)?.state !== state) refused.push(id);
  }
  return refused;
}

/** Says so when an account's sign-in fails: it is not retried until its user acts. */
export function watchSignIns(): void {
  store.subscribe(({ engine }, before) => {
    if (engine === null || engine === before.engine) return;
    for (const id of newlyRefused(before.engine, engine)) {
      const label = engine.accounts.get(id)?.label ?? '';
      const problem = engine.summaries.get(id)?.problem;
      toastFailure({
        id: `sign-in ${id}`,
        title: `Sign-in failed for ${isolate(label)}`,
        description: problem?.message ?? 'The server refused the user name or the password.',
        action: {
          label: 'Edit account',
          run: () => {
            openEditForm(id);
          },
        },
      });
    }
  });
}
