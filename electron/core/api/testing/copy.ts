/** For tests: what an interface does with patches. */
import {
  patchSingles,
  patchTables,
  snapshotOf,
  tablesOf,
  type Patch,
  type Snapshot,
} from '../../../../shared/state.ts';

/** `snapshot` as `patch` changes it, which must be the next one after it. */
export function applyPatch(snapshot: Snapshot, patch: Patch): Snapshot {
  if (patch.version !== snapshot.version + 1) throw new Error('a patch was lost');
  return snapshotOf(
    patch.version,
    patchSingles(snapshot, patch),
    patchTables(tablesOf(snapshot), patch),
  );
}
