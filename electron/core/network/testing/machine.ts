/** For tests: a machine whose network is what they say, and that tells of its sleep. */
import { EventEmitter } from 'node:events';
import type { Addresses, Machine } from '../machine.ts';

export class TestMachine implements Machine {
  busy = 0;
  /** To be passed where the system's power events are expected. */
  readonly power = new EventEmitter();
  #outward: ReadonlySet<string>;

  constructor(...outward: readonly string[]) {
    this.#outward = new Set(outward);
  }

  /** From now on it has these addresses, besides those of the loopback interface. */
  has(...outward: readonly string[]): void {
    this.#outward = new Set(outward);
  }

  addresses(): Addresses {
    return { all: new Set(['127.0.0.1', '::1', ...this.#outward]), outward: this.#outward };
  }

  busyMs(): number {
    return this.busy;
  }
}
