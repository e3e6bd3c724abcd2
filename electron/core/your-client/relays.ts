/** The pass-throughs of one process or thread, and what they tell whoever shows them. */
import { networkInterfaces } from 'node:os';
import type { ClientWatchInput } from '../../../shared/inputs.ts';
import type {
  Pointing,
  WatchCounts,
  WatchedConnection,
  WatchReport,
} from '../../../shared/your-client.ts';
import { systemClock, type Clock } from '../clock.ts';
import { readInterfaces } from '../network/machine.ts';
import { Digests } from './digests.ts';
import { notLetInText } from './failure-text.ts';
import { PassThrough, reachOf } from './pass-through.ts';
import { ProcessFinder } from './process-finder.ts';
import { RelayChain } from './relay-chain.ts';
import { ServerAddresses } from './server-addresses.ts';
import { WatchLog } from './watch-log.ts';
import { CannotWatch, pointingAt, type WatchPlan } from './watch-plan.ts';

/** What came of starting one. */
export type Started =
  | ({ readonly kind: 'listening' } & Listening)
  | {
      readonly kind: 'cannot';
      readonly field: keyof ClientWatchInput;
      readonly message: string;
    };

/** Where one listens, for which addresses of the server, and how it is reached. */
export interface Listening {
  readonly listening: WatchReport['listening'];
  readonly addresses: readonly string[];
  readonly pointing: Pointing;
}

/** What is new of one since the last time. */
export interface Digest {
  /** Of the latest thousand, those that are new or say more. */
  readonly rows: readonly WatchedConnection[];
  readonly counts: WatchCounts;
  readonly summary: string;
  readonly notLetIn: string | null;
}

/** Hears what is new; the next digest of the same one waits until it is done. */
export type OnDigest = (id: string, digest: Digest) => Promise<void>;

/** One that listens. */
interface Relay {
  readonly pass: PassThrough;
  readonly digests: Digests<WatchedConnection>;
  readonly log: WatchLog;
  readonly about: Parameters<WatchLog['report']>[0];
}

export class Relays implements AsyncDisposable {
  readonly #chain = RelayChain.open();
  readonly #processes = new ProcessFinder();
  readonly #relays = new Map<string, Relay>();
  readonly #onDigest: OnDigest;
  readonly #clock: Clock;

  constructor(onDigest: OnDigest, clock: Clock = systemClock) {
    this.#onDigest = onDigest;
    this.#clock = clock;
  }

  /** @param program its report says that it is by this one */
  async start(id: string, plan: WatchPlan, program: WatchReport['program']): Promise<Started> {
    const { server, listenAddress, listenPort, to } = plan;
    const { host, port } = server;
    const log: WatchLog = new WatchLog(
      (connection) => {
        digests.add(connection);
      },
      () => {
        digests.note();
      },
    );
    const digests = new Digests<WatchedConnection>(this.#clock, (rows) =>
      this.#onDigest(id, {
        rows,
        counts: log.counts(),
        summary: log.summary(),
        notLetIn: notLetInText(log.notLetIn),
      }),
    );
    const addresses = new ServerAddresses(host, to);
    try {
      const pass = await PassThrough.start(
        {
          host,
          port,
          addresses,
          listenAddress,
          listenPort,
          processes: this.#processes,
          chain: await this.#chain,
        },
        log,
      );
      const found = await addresses.find();
      const listening = { ...pass.listening, reach: reachOf(pass.listening.address) };
      const about = {
        program,
        startedAt: this.#clock.now(),
        server: { host, port, addresses: [...found] },
        listening,
      };
      this.#relays.set(id, { pass, digests, log, about });
      const { outward } = readInterfaces(networkInterfaces());
      return {
        kind: 'listening',
        listening,
        addresses: found,
        pointing: pointingAt(server, listening, outward),
      };
    } catch (error) {
      if (!(error instanceof CannotWatch)) throw error;
      return { kind: 'cannot', field: error.field, message: error.message };
    }
  }

  /** What was seen so far; `null` where there is none of this id. */
  report(id: string): WatchReport | null {
    const relay = this.#relays.get(id);
    return relay === undefined ? null : relay.log.report(relay.about);
  }

  /** Cuts off its connections. @returns what was seen to the end, after the last digest */
  async stop(id: string): Promise<WatchReport | null> {
    const relay = this.#relays.get(id);
    if (relay === undefined) return null;
    await relay.pass[Symbol.asyncDispose]();
    await relay.digests.end();
    const report = this.report(id);
    this.#relays.delete(id);
    return report;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#relays.keys()].map((id) => this.stop(id)));
    await (await this.#chain)[Symbol.asyncDispose]();
  }
}
