/** The engine's state as the interface holds it: entities by id, changed only by patches. */
import type {
  Account,
  AccountId,
  AppFacts,
  Connection,
  CheckId,
  ConnectionId,
  EntityPatch,
  HeldSessions,
  HeldSessionsId,
  Notice,
  Patch,
  ServerCheck,
  Snapshot,
  Totals,
} from '../../shared/model.ts';
import type { Settings } from '../../shared/settings.ts';
import { summarise, type AccountSummary } from '../account-summary.ts';

/** Maps keep the engine's order; the arrays of ids change only when an entity comes or goes. */
export interface EngineState {
  readonly version: number;
  readonly app: AppFacts;
  readonly settings: Settings;
  readonly totals: Totals;
  readonly accounts: ReadonlyMap<AccountId, Account>;
  readonly accountIds: readonly AccountId[];
  readonly connections: ReadonlyMap<ConnectionId, Connection>;
  readonly connectionIds: readonly ConnectionId[];
  readonly connectionIdsOf: ReadonlyMap<AccountId, readonly ConnectionId[]>;
  readonly summaries: ReadonlyMap<AccountId, AccountSummary>;
  readonly heldSessions: ReadonlyMap<HeldSessionsId, HeldSessions>;
  readonly checks: ReadonlyMap<CheckId, ServerCheck>;
  readonly heldSessionIds: readonly HeldSessionsId[];
  readonly notices: readonly Notice[];
}

/** Takes up the whole state. */
export function fromSnapshot(snapshot: Snapshot): EngineState {
  const accounts = byId(snapshot.accounts);
  const connections = byId(snapshot.connections);
  const connectionIdsOf = groupByAccount(connections);
  const heldSessions = byId(snapshot.heldSessions);
  return {
    version: snapshot.version,
    app: snapshot.app,
    settings: snapshot.settings,
    totals: snapshot.totals,
    accounts,
    accountIds: [...accounts.keys()],
    connections,
    connectionIds: [...connections.keys()],
    connectionIdsOf,
    summaries: summariseAll(new Map(), accounts.keys(), { accounts, connections, connectionIdsOf }),
    heldSessions,
    heldSessionIds: [...heldSessions.keys()],
    checks: byId(snapshot.checks),
    notices: snapshot.notices,
  };
}

/**
 * The state that `patch` leads to. A patch that is already part of `state` changes nothing;
 * `'gap'` means that one before it was missed, and only the whole state helps.
 */
export function applyPatch(state: EngineState, patch: Patch): EngineState | 'gap' {
  if (patch.version <= state.version) return state;
  if (patch.version > state.version + 1) return 'gap';

  const accounts = patchEntities(state.accounts, patch.accounts);
  const connections = patchEntities(state.connections, patch.connections);
  const connectionIds = idsOf(connections, state.connectionIds);
  const connectionIdsOf =
    connectionIds === state.connectionIds ? state.connectionIdsOf : groupByAccount(connections);
  const heldSessions = patchEntities(state.heldSessions, patch.heldSessions);
  const touched = touchedAccounts(state, patch);
  const entities = { accounts, connections, connectionIdsOf };
  return {
    version: patch.version,
    app: patch.app ?? state.app,
    settings: patch.settings ?? state.settings,
    totals: patch.totals ?? state.totals,
    accounts,
    accountIds: idsOf(accounts, state.accountIds),
    connections,
    connectionIds,
    connectionIdsOf,
    summaries:
      touched.size === 0 ? state.summaries : summariseAll(state.summaries, touched, entities),
    heldSessions,
    heldSessionIds: idsOf(heldSessions, state.heldSessionIds),
    checks: patchEntities(state.checks, patch.checks),
    notices:
      patch.notices === undefined
        ? state.notices
        : [...patchEntities(byId(state.notices), patch.notices).values()],
  };
}

type Entities = Pick<EngineState, 'accounts' | 'connections' | 'connectionIdsOf'>;

function byId<Entity extends { readonly id: string }>(
  entities: readonly Entity[],
): Map<Entity['id'], Entity> {
  return new Map(entities.map((entity) => [entity.id, entity]));
}

function patchEntities<Entity extends { readonly id: string }>(
  entities: ReadonlyMap<Entity['id'], Entity>,
  patch: EntityPatch<Entity> | undefined,
): ReadonlyMap<Entity['id'], Entity> {
  if (patch === undefined) return entities;
  const next = new Map(entities);
  for (const id of patch.removed) next.delete(id);
  for (const entity of patch.put) next.set(entity.id, entity);
  return next;
}

/** The keys of `entities`, as the array `before` where they are the same. */
function idsOf<Id extends string>(entities: ReadonlyMap<Id, unknown>, before: readonly Id[]) {
  const isSame = entities.size === before.length && before.every((id) => entities.has(id));
  return isSame ? before : [...entities.keys()];
}

function groupByAccount(
  connections: ReadonlyMap<ConnectionId, Connection>,
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
  { accounts, connections, connectionIdsOf }: Entities,
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
