/** For tests: what an interface does with patches. */
import type { EntityPatch, Patch, Snapshot } from '../../../../shared/model.ts';

/** `snapshot` as `patch` changes it, which must be the next one after it. */
export function applyPatch(snapshot: Snapshot, patch: Patch): Snapshot {
  if (patch.version !== snapshot.version + 1) throw new Error('a patch was lost');
  return {
    version: patch.version,
    app: patch.app ?? snapshot.app,
    settings: patch.settings ?? snapshot.settings,
    totals: patch.totals ?? snapshot.totals,
    accounts: fold(snapshot.accounts, patch.accounts),
    connections: fold(snapshot.connections, patch.connections),
    heldSessions: fold(snapshot.heldSessions, patch.heldSessions),
    checks: fold(snapshot.checks, patch.checks),
    notices: fold(snapshot.notices, patch.notices),
  };
}

function fold<Entity extends { readonly id: string }>(
  entities: readonly Entity[],
  patch: EntityPatch<Entity> | undefined,
): readonly Entity[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  for (const id of patch?.removed ?? []) byId.delete(id);
  for (const entity of patch?.put ?? []) byId.set(entity.id, entity);
  return [...byId.values()];
}
