/**
 * The state that the engine keeps and every interface shows: values of which there is one each, and
 * tables of entities. Both are listed here and nowhere else; snapshots and patches are mapped from
 * them. Imports types alone, so that the page loads no schema with it.
 */
import type {
  Account,
  AppFacts,
  Connection,
  HeldSessions,
  Notice,
  OAuthClient,
  RunningTest,
  ServerCheck,
  SignIn,
  Totals,
} from './model.ts';
import type { ClientLab, ShownLabConnection } from './client-lab.ts';
import type { Settings } from './settings.ts';
import type { ClientConnection, ClientWatch } from './your-client.ts';

/** The values of which there is one each. */
export interface Singles {
  readonly app: AppFacts;
  readonly settings: Settings;
  readonly totals: Totals;
}

/** The entities of each table; each has an id that is its own within the table. */
export interface Tables {
  readonly accounts: Account;
  readonly connections: Connection;
  readonly heldSessions: HeldSessions;
  readonly checks: ServerCheck;
  readonly notices: Notice;
  readonly tests: RunningTest;
  readonly signIns: SignIn;
  readonly oauthClients: OAuthClient;
  readonly clientWatches: ClientWatch;
  readonly clientConnections: ClientConnection;
  readonly clientLabs: ClientLab;
  readonly labConnections: ShownLabConnection;
}

export type Single = keyof Singles;
export type Table = keyof Tables;

/** What changes between two versions of one table; entities are whole. */
export interface TablePatch<T extends Table> {
  readonly put: readonly Tables[T][];
  readonly removed: readonly Tables[T]['id'][];
}

/** The whole state. Its version rises by one with each {@link Patch}. */
export type Snapshot = Singles & { readonly version: number } & {
  readonly [T in Table]: readonly Tables[T][];
};

/** The difference between two snapshots; `version` is the one that it leads to. */
export type Patch = Partial<Singles> & { readonly version: number } & {
  readonly [T in Table]?: TablePatch<T>;
};

/** Each table by id, in the engine's order. */
export type TableMaps = { readonly [T in Table]: ReadonlyMap<Tables[T]['id'], Tables[T]> };

const EVERY_SINGLE: Record<Single, true> = { app: true, settings: true, totals: true };
const EVERY_TABLE: Record<Table, true> = {
  accounts: true,
  connections: true,
  heldSessions: true,
  checks: true,
  notices: true,
  tests: true,
  signIns: true,
  oauthClients: true,
  clientWatches: true,
  clientConnections: true,
  clientLabs: true,
  labConnections: true,
};

/**
 * A value for each table, by its name. TypeScript cannot tie the name to the value's type inside of
 * `make`, so the caller names what comes of it.
 */
export function mapTables<Result extends Record<Table, unknown>>(
  make: (table: Table) => Result[Table],
): Result {
  return mapKeys(EVERY_TABLE, make) as Result;
}

/** The whole of a state, as it is sent. */
export function snapshotOf(version: number, singles: Singles, tables: TableMaps): Snapshot {
  return {
    version,
    ...singlesOf(singles),
    ...(mapKeys(EVERY_TABLE, (table) => [...tables[table].values()]) as Pick<Snapshot, Table>),
  };
}

/** The single values of `state`, and nothing else of it. */
export function singlesOf(state: Singles): Singles {
  return mapKeys(EVERY_SINGLE, (single) => state[single]) as Singles;
}

/** The single values as `patch` changes them. */
export function patchSingles(state: Singles, patch: Partial<Singles>): Singles {
  return mapKeys(EVERY_SINGLE, (single) => patch[single] ?? state[single]) as Singles;
}

/** The tables of a snapshot, by id. */
export function tablesOf(snapshot: Snapshot): TableMaps {
  return mapKeys(
    EVERY_TABLE,
    (table) => new Map(snapshot[table].map((entity) => [entity.id, entity])),
  ) as TableMaps;
}

/** The tables as `patch` changes them; one that it does not touch is the same object. */
export function patchTables(tables: TableMaps, patch: Patch): TableMaps {
  return mapKeys(EVERY_TABLE, (table) => {
    const changes = patch[table];
    if (changes === undefined) return tables[table];
    const next = new Map<string, Tables[Table]>(tables[table]);
    for (const id of changes.removed) next.delete(id);
    for (const entity of changes.put) next.set(entity.id, entity);
    return next;
  }) as TableMaps;
}

function mapKeys<Key extends string>(
  keys: Record<Key, true>,
  make: (key: Key) => unknown,
): Record<Key, unknown> {
  const names = Object.keys(keys) as Key[];
  return Object.fromEntries(names.map((key) => [key, make(key)])) as Record<Key, unknown>;
}
