/** For tests: a machine whose network is what they say, and that tells of its sleep. */
import { EventEmitter } from 'node:events';
import type { Addresses, Machine } from '../machine.ts';

export class TestMachine implements Machine {
  busy = 0;
  /** To be passed where the system's power events are expected. */
  readonly power = new EventEmitter();
  #outward: ReadonlySet<string>;
  #inside: readonly string[] = [];

  constructor(...outward: readonly string[]) {
    this.#outward = new Set(outward);
  }

  /** From now on it has these addresses, besides those of the loopback interface. */
  has(...outward: readonly string[]): void {
    this.#outward = new Set(outward);
  }

  /** From now on it has bridges with these subnets, such as `172.17.0.1/16`. */
  bridges(...subnets: readonly string[]): void {
    this.#inside = subnets;
  }

  addresses(): Addresses {
    const own = this.#inside.map((subnet) => subnet.replace(/\/.*/, ''));
    return {
      all: new Set(['127.0.0.1', '::1', ...this.#outward, ...own]),
      outward: this.#outward,
      inside: this.#inside,
    };
  }

  busyMs(): number {
    return this.busy;
  }
}
