import type { Clock, Timer } from '../clock.ts';
import {
  arrived,
  hasSlept,
  NO_NETWORK,
  recognise,
  clockMovedMs,
  type KnownNetwork,
  type Look,
} from './changes.ts';
import type { Addresses, Machine } from './machine.ts';

/** What the system tells of its sleep; Electron's `powerMonitor` is one. */
export interface PowerEvents {
  on(event: 'suspend', listener: () => void): unknown;
  on(event: 'resume', listener: () => void): unknown;
  off(event: 'suspend', listener: () => void): unknown;
  off(event: 'resume', listener: () => void): unknown;
}

/** How the machine is connected now, and how it came to be so. */
export interface NetworkNews {
  readonly addresses: Addresses;
  /** Other machines can be reached, as far as is known, and this one is not about to sleep. */
  readonly isOnline: boolean;
  /** It slept: whatever was connected is most likely gone, at the other end at least. */
  readonly hasSlept: boolean;
  /** By how much its time of day moved of itself, in ms: back below 0; mostly 0. See `changes.ts`. */
  readonly clockMovedMs: number;
  /** It is on another network than when it was last online. */
  readonly isAnother: boolean;
}

/** Often enough to be back within seconds; one look takes a tenth of a millisecond. */
export const LOOK_MS = 2000;

/**
 * A machine that was said to go to sleep and has been looked at so often since is awake: its sleep
 * was called off, or nobody said that it ended.
 */
export const LOOKS_AWAKE = 15;

/** What {@link NetworkWatch} works with. */
export interface NetworkWatchDeps {
  readonly clock: Clock;
  readonly machine: Machine;
  /** `null` where the system tells nothing: then the clocks do. */
  readonly power: PowerEvents | null;
}

/** Looks at the machine's addresses and clocks every few seconds, and tells of what changed. */
export class NetworkWatch {
  readonly #deps: NetworkWatchDeps;
  #known: KnownNetwork;
  #last: Look;
  #told: NetworkNews | null = null;
  #onNews: (news: NetworkNews) => void = () => undefined;
  /** Its user says that there is a network, where none is seen. */
  #isInsisted = false;
  /** Looks since it was said to go to sleep; `null` while it is awake. */
  #looksAsleep: number | null = null;
  #timer: Timer | null = null;

  constructor(deps: NetworkWatchDeps) {
    const { clock, machine } = deps;
    this.#deps = deps;
    this.#last = this.#look();
    this.#known = recognise(NO_NETWORK, machine.addresses().outward, clock.now()).network;
  }

  /** Names of the network that the machine is on, or was on last; none before there was any. */
  get places(): readonly string[] {
    return [...(this.#known.places ?? [])];
  }

  /** Whether other machines can be reached, as was told last; so before it watches. */
  get isOnline(): boolean {
    return this.#told?.isOnline ?? true;
  }

  /** Begins to watch. @param onNews called at once, and whenever something is not as it was */
  follow(onNews: (news: NetworkNews) => void): void {
    this.#onNews = onNews;
    this.#deps.power?.on('suspend', this.#suspend);
    this.#deps.power?.on('resume', this.#resume);
    this.#tick();
  }

  /**
   * There is a network, its user says, although none is seen: behind a tunnel that the system
   * does not tell of, say. Holds until one is seen; from then on it is gone by what is seen again.
   */
  insist(): void {
    this.#isInsisted = true;
    this.#tell({});
  }

  close(): void {
    this.#timer?.cancel();
    this.#deps.power?.off('suspend', this.#suspend);
    this.#deps.power?.off('resume', this.#resume);
  }

  readonly #suspend = (): void => {
    this.#looksAsleep = 0;
    this.#tell({});
  };

  readonly #resume = (): void => {
    // The clocks may have told before the system does: once is enough.
    if (this.#looksAsleep === null) return;
    this.#wake(clockMovedMs(this.#last, this.#look()));
  };

  #wake(movedMs: number): void {
    this.#looksAsleep = null;
    this.#last = this.#look();
    this.#tell({ hasSlept: true, clockMovedMs: movedMs });
  }

  #tick(): void {
    const { clock } = this.#deps;
    const look = this.#look();
    const slept = hasSlept(this.#last, look, LOOK_MS);
    const movedMs = clockMovedMs(this.#last, look);
    this.#last = look;
    if (this.#looksAsleep === null) {
      this.#tell({ hasSlept: slept, clockMovedMs: movedMs });
    } else {
      this.#looksAsleep += 1;
      if (slept || this.#looksAsleep >= LOOKS_AWAKE) this.#wake(movedMs);
    }
    this.#timer = clock.after(LOOK_MS, () => {
      this.#tick();
    });
  }

  #look(): Look {
    const { clock, machine } = this.#deps;
    return { at: clock.now(), monotonic: clock.monotonic(), busyMs: machine.busyMs() };
  }

  #tell({
    hasSlept: slept = false,
    clockMovedMs: movedMs = 0,
  }: Partial<Pick<NetworkNews, 'hasSlept' | 'clockMovedMs'>>): void {
    const { clock, machine } = this.#deps;
    const addresses = machine.addresses();
    const known = slept ? arrived(this.#known) : this.#known;
    const { network, isAnother } = recognise(known, addresses.outward, clock.now());
    this.#known = network;
    const isSeen = addresses.outward.size > 0;
    if (isSeen) this.#isInsisted = false;
    const isOnline = this.#looksAsleep === null && (isSeen || this.#isInsisted);
    const told = this.#told;
    const isNews =
      told === null ||
      slept ||
      movedMs !== 0 ||
      isAnother ||
      isOnline !== told.isOnline ||
      !isSame(addresses.all, told.addresses.all);
    if (!isNews) return;
    this.#told = { addresses, isOnline, hasSlept: slept, clockMovedMs: movedMs, isAnother };
    this.#onNews(this.#told);
  }
}

function isSame(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((address) => other.has(address));
}
