/** A parser that meets bytes from outside, and what must hold for all of them. */
export interface FuzzTarget {
  readonly name: string;
  /** Good inputs, to be damaged. */
  readonly seeds: readonly Uint8Array[];
  /** Pieces that mean something to it. */
  readonly words: readonly string[];
  /** @throws where something does not hold */
  readonly check: (input: Uint8Array) => void | Promise<void>;
}

export class DoesNotHold extends Error {
  override readonly name = 'DoesNotHold';
}

/** @throws {DoesNotHold} where `condition` is false */
export function holds(condition: boolean, what: string): void {
  if (!condition) throw new DoesNotHold(what);
}

/** As UTF-8, with the replacement character for what is none, as files and frames are read. */
export const textOf = (input: Uint8Array): string => Buffer.from(input).toString('utf8');

export const bytesOf = (value: unknown): Uint8Array =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
