import { createHash } from 'node:crypto';
import type { SavedTime } from '../../../shared/history.ts';
import type { Account, TlsProtocol } from '../../../shared/model.ts';
import { normalName } from '../tls/index.ts';
import { isKnown, median, savedTime, type Measured } from './saved.ts';

/**
 * Handshakes that cost alike: with one server, under one version of TLS, over one network. A number
 * that tells nothing of these.
 */
export type Line = number;

/** What a line is told by. */
export interface LineFacts extends Pick<Account, 'host' | 'port' | 'security'> {
  readonly protocol: TlsProtocol;
  /** The server's; `null` where it is not known. */
  readonly fingerprint256: string | null;
  /** Names of the network that the machine is on. */
  readonly network: readonly string[];
}

/** As many bytes of a hash fit a number that is exact. */
const LINE_BYTES = 6;

/** The line of a handshake: all that shapes what it costs, whichever account makes it. */
export function lineOf(facts: LineFacts): Line {
  const { host, port, security, protocol, fingerprint256, network } = facts;
  const name = normalName(host) ?? host;
  const told = [name, port, security, protocol, fingerprint256, network.toSorted()];
  return createHash('sha256').update(JSON.stringify(told)).digest().readUIntBE(0, LINE_BYTES);
}

/** What is measured of a handshake: its TLS phase in µs, or a full one's bytes on the wire. */
export const MEASURES = ['full', 'resumed', 'fullBytes'] as const;

/** One value that was measured. */
export interface Measurement {
  readonly line: Line;
  readonly of: (typeof MEASURES)[number];
  readonly value: number;
}

/** What a handshake tells of others of its line; `null` for what is no measure of them. */
export function measurementsOf(handshake: {
  readonly line: Line;
  readonly isResumed: boolean;
  readonly tlsUs: number | null;
  readonly bytes: number | null;
}): readonly Measurement[] {
  const { line, isResumed, tlsUs, bytes } = handshake;
  const times: Measurement[] =
    tlsUs === null ? [] : [{ line, of: isResumed ? 'resumed' : 'full', value: tlsUs }];
  return isResumed || bytes === null ? times : [...times, { line, of: 'fullBytes', value: bytes }];
}

/** The latest of a line, oldest first. */
export interface LineMeasures extends Measured {
  readonly fullBytes: readonly number[];
}

export const NOTHING_MEASURED: LineMeasures = { full: [], resumed: [], fullBytes: [] };

/** Enough for a median; old ones tell little of today. */
const KEPT_OF_EACH = 50;
/** What a machine meets in weeks; those not met for the longest time go first. */
export const KEPT_LINES = 500;

/** `newer` after `older`, and only the latest of each. */
export function joined(older: LineMeasures, newer: LineMeasures): LineMeasures {
  const latest = (of: (typeof MEASURES)[number]): readonly number[] =>
    [...older[of], ...newer[of]].slice(-KEPT_OF_EACH);
  return { full: latest('full'), resumed: latest('resumed'), fullBytes: latest('fullBytes') };
}

/** By their line. */
export function byLine(measured: readonly Measurement[]): ReadonlyMap<Line, LineMeasures> {
  const lines = new Map<Line, LineMeasures>();
  for (const { line, of, value } of measured) {
    const known = lines.get(line) ?? NOTHING_MEASURED;
    lines.set(line, joined(known, { ...NOTHING_MEASURED, [of]: [value] }));
  }
  return lines;
}

/** What handshakes took and weighed lately, by line. */
export class Measures {
  readonly #lines = new Map<Line, LineMeasures>();

  add(measured: readonly Measurement[]): void {
    for (const [line, newer] of byLine(measured)) {
      this.#put(line, joined(this.of(line), newer));
    }
  }

  /** Adds what earlier runs recorded, in the order in which it was last added to. */
  addRecorded(recorded: ReadonlyMap<Line, LineMeasures>): void {
    const mine = [...this.#lines];
    this.#lines.clear();
    for (const [line, older] of recorded) this.#put(line, older);
    for (const [line, newer] of mine) this.#put(line, joined(this.of(line), newer));
  }

  of(line: Line): LineMeasures {
    return this.#lines.get(line) ?? NOTHING_MEASURED;
  }

  /** What so many resumed handshakes saved. @param lines how many of them were of which line */
  saved(resumed: number, lines: ReadonlyMap<Line, number>): SavedTime {
    return savedTime(
      resumed,
      [...lines].map(([line, count]) => {
        const { full, resumed } = this.of(line);
        return { count, full, resumed };
      }),
    );
  }

  isKnown(line: Line): boolean {
    return isKnown(this.of(line));
  }

  /** What a full handshake weighs; `null` where none was seen. */
  fullBytes(line: Line): number | null {
    return median(this.of(line).fullBytes);
  }

  #put(line: Line, measures: LineMeasures): void {
    this.#lines.delete(line);
    this.#lines.set(line, measures);
    const [oldest] = this.#lines.keys();
    if (this.#lines.size > KEPT_LINES && oldest !== undefined) this.#lines.delete(oldest);
  }
}
