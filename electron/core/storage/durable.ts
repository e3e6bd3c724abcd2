/** Takes the text of a whole file, and resolves when it will survive a crash. */
export type Persist = (text: string) => Promise<void>;

/** For what must never touch the disk, such as the demo accounts. */
export const inMemory: Persist = () => Promise.resolve();

interface Change<Value> {
  readonly apply: (value: Value) => Value;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * A value whose changes are on the disk before they can be seen. Writes happen one after another;
 * changes that arrive during a write go into the next one together.
 */
export class Durable<Value> {
  #value: Value;
  readonly #persist: Persist;
  readonly #encode: (value: Value) => string;
  #waiting: Change<Value>[] = [];
  #writing: Promise<void> | null = null;

  constructor(initial: Value, encode: (value: Value) => string, persist: Persist) {
    this.#value = initial;
    this.#encode = encode;
    this.#persist = persist;
  }

  /** What is on the disk. */
  get value(): Value {
    return this.#value;
  }

  /**
   * Replaces the value by `apply` of it, which must be pure, and resolves when that is written.
   *
   * @throws what `apply` throws, or what the write ended with; the value is then unchanged
   */
  change(apply: (value: Value) => Value): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({ apply, done: resolve, failed: reject });
    this.#writing ??= this.#writeAll();
    return promise;
  }

  /** Resolves when no write is under way or waiting. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    // Changes of the same turn go into one write.
    await Promise.resolve();
    while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.splice(0));
    this.#writing = null;
  }

  async #writeBatch(batch: readonly Change<Value>[]): Promise<void> {
    let next = this.#value;
    const applied: Change<Value>[] = [];
    for (const change of batch) {
      try {
        next = change.apply(next);
        applied.push(change);
      } catch (error) {
        change.failed(error);
      }
    }
    if (applied.length === 0) return;
    try {
      await this.#persist(this.#encode(next));
    } catch (error) {
      for (const change of applied) change.failed(error);
      return;
    }
    this.#value = next;
    for (const change of applied) change.done();
  }
}
