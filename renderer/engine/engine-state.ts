/** The engine's state as the interface holds it: entities by id, changed only by patches. */
import type { AccountId, ConnectionId, HeldSessionsId } from '../../shared/model.ts';
import {
  patchSingles,
  patchTables,
  singlesOf,
  tablesOf,
  type Patch,
  type Singles,
  type Snapshot,
  type TableMaps,
} from '../../shared/state.ts';
import { summarise, type AccountSummary } from '../account-summary.ts';

/** What is drawn from the tables; an array of ids changes only when an entity comes or goes. */
interface Indexes {
  readonly accountIds: readonly AccountId[];
  readonly connectionIds: readonly ConnectionId[];
  readonly heldSessionIds: readonly HeldSessionsId[];
  readonly connectionIdsOf: ReadonlyMap<AccountId, readonly ConnectionId[]>;
  readonly summaries: ReadonlyMap<AccountId, AccountSummary>;
}

export type EngineState = Singles & TableMaps & Indexes & { readonly version: number };

const NO_INDEXES: Indexes = {
  accountIds: [],
  connectionIds: [],
  heldSessionIds: [],
  connectionIdsOf: new Map(),
  summaries: new Map(),
};

/** Takes up the whole state. */
export function fromSnapshot(snapshot: Snapshot): EngineState {
  const tables = tablesOf(snapshot);
  return {
    version: snapshot.version,
    ...singlesOf(snapshot),
    ...tables,
    ...index(NO_INDEXES, tables, new Set(tables.accounts.keys())),
  };
}

/**
 * The state that `patch` leads to. A patch that is already part of `state` changes nothing;
 * `'gap'` means that one before it was missed, and only the whole state helps.
 */
export function applyPatch(state: EngineState, patch: Patch): EngineState | 'gap' {
  if (patch.version <= state.version) return state;
  if (patch.version > state.version + 1) return 'gap';
  const tables = patchTables(state, patch);
  return {
    version: patch.version,
    ...patchSingles(state, patch),
    ...tables,
    ...index(state, tables, touchedAccounts(state, patch)),
  };
}

/** The indexes of `tables`, what did not change as it was `before`. */
function index(before: Indexes, tables: TableMaps, touched: ReadonlySet<AccountId>): Indexes {
  const connectionIds = idsOf(tables.connections, before.connectionIds);
  const connectionIdsOf =
    connectionIds === before.connectionIds
      ? before.connectionIdsOf
      : groupByAccount(tables.connections);
  return {
    accountIds: idsOf(tables.accounts, before.accountIds),
    connectionIds,
    heldSessionIds: idsOf(tables.heldSessions, before.heldSessionIds),
    connectionIdsOf,
    summaries:
      touched.size === 0
        ? before.summaries
        : summariseAll(before.summaries, touched, tables, connectionIdsOf),
  };
}

/** The keys of `entities`, as the array `before` where they are the same. */
function idsOf<Id extends string>(entities: ReadonlyMap<Id, unknown>, before: readonly Id[]) {
  const isSame = entities.size === before.length && before.every((id) => entities.has(id));
  return isSame ? before : [...entities.keys()];
}

function groupByAccount(
  connections: TableMaps['connections'],
): ReadonlyMap<AccountId, readonly ConnectionId[]> {
  const groups = new Map<AccountId, ConnectionId[]>();
  for (const { id, accountId } of connections.values()) {
    const group = groups.get(accountId);
    if (group === undefined) groups.set(accountId, [id]);
    else group.push(id);
  }
  return groups;
}

function touchedAccounts(state: EngineState, patch: Patch): Set<AccountId> {
  const touched = new Set<AccountId>();
  for (const { id } of patch.accounts?.put ?? []) touched.add(id);
  for (const id of patch.accounts?.removed ?? []) touched.add(id);
  for (const { accountId } of patch.connections?.put ?? []) touched.add(accountId);
  for (const id of patch.connections?.removed ?? []) {
    const connection = state.connections.get(id);
    if (connection !== undefined) touched.add(connection.accountId);
  }
  return touched;
}

function summariseAll(
  before: EngineState['summaries'],
  accountIds: Iterable<AccountId>,
  { accounts, connections }: TableMaps,
  connectionIdsOf: Indexes['connectionIdsOf'],
): EngineState['summaries'] {
  const summaries = new Map(before);
  for (const id of accountIds) {
    const account = accounts.get(id);
    if (account === undefined) {
      summaries.delete(id);
      continue;
    }
    const own = (connectionIdsOf.get(id) ?? [])
      .map((connectionId) => connections.get(connectionId))
      .filter((connection) => connection !== undefined);
    summaries.set(id, summarise(account, own));
  }
  return summaries;
}
