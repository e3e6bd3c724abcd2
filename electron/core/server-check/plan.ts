/** How many connections go where. Pure. */
import { FULL_SAMPLES, MAX_CONNECTIONS } from './visits/limits.ts';

/** What each row may use for its regular part. */
export interface RowPlan {
  /** Handshakes without a session at the beginning. */
  readonly fulls: number;
  readonly attempts: number;
}

/** Shares the connections out evenly: `rows` at each of `addresses`, `wanted` attempts each. */
export function planRows(addresses: number, rows: number, wanted: number): RowPlan {
  const total = MAX_CONNECTIONS - addresses - acrossReserve(addresses, rows);
  const each = Math.floor(total / (addresses * rows));
  // One more is for offering a ticket a second time.
  const fulls = Math.max(1, Math.min(FULL_SAMPLES, each - wanted - 1));
  return { fulls, attempts: Math.max(1, Math.min(wanted, each - fulls - 1)) };
}

/** Kept back for offering the sessions of the first address at each other one. */
export function acrossReserve(addresses: number, rows: number): number {
  return (addresses - 1) * rows;
}

/** What the regular part of `rows` more rows needs. */
export function reserveFor({ fulls, attempts }: RowPlan, rows: number): number {
  return rows * (fulls + attempts + 1);
}
