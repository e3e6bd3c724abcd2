/** The way to the engine: connects, keeps the state fed, connects again when the engine went away. */
import type { EngineApi } from '../../shared/contract.ts';
import { RepriseError } from '../../shared/errors.ts';
import { callable, connectEngine, type ClientEnd } from '../../shared/rpc-client.ts';
import { RefusedError, type OpenChannel, type Refusal } from './channels.ts';
import type { EngineState } from './engine-state.ts';
import { createFeed } from './feed.ts';

/** Where the way to the engine stands. */
export type LinkState =
  /** Not connected since the page was loaded. */
  | 'connecting'
  | 'live'
  /** Was connected, is trying again. */
  | 'away'
  /** The page may not connect; nothing is tried any more. */
  | Refusal;

/** What {@link startLink} tells. */
export interface LinkEvents {
  link(state: LinkState): void;
  engine(state: EngineState): void;
}

/** A running link. */
export interface Link {
  /** Calls reject with `closed` while the engine is away. */
  readonly engine: EngineApi;
  /** Cuts the wait for the next attempt short. */
  readonly retryNow: () => void;
}

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;

/** How long to wait before attempt number `attempt` (from 0) to reach the engine again, in ms. */
export function reconnectDelay(attempt: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
}

/** Connects to the engine and stays connected until the page goes. */
export function startLink(open: OpenChannel, events: LinkEvents): Link {
  let current: ClientEnd | null = null;
  let stopWaiting: (() => void) | null = null;

  const wait = async (delayMs: number): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, delayMs);
    stopWaiting = resolve;
    await promise;
    clearTimeout(timer);
  };

  /** Connects once; resolves when that connection has closed, with whether it ever was of use. */
  const connectOnce = async (): Promise<boolean> => {
    const channel = await open();
    let wasLive = false;
    const end: ClientEnd = connectEngine(channel, {
      patch: (patch) => {
        feed.receive(patch);
        return Promise.resolve();
      },
    });
    const feed = createFeed(
      () => end.engine.getState(),
      (state) => {
        wasLive = true;
        events.engine(state);
      },
      () => {
        end.close();
      },
    );
    current = end;
    await feed.load();
    if (wasLive) events.link('live');
    await end.closed;
    current = null;
    return wasLive;
  };

  const run = async (): Promise<void> => {
    events.link('connecting');
    for (let attempt = 0; ; attempt += 1) {
      try {
        if (await connectOnce()) attempt = 0;
      } catch (error) {
        if (error instanceof RefusedError) {
          events.link(error.refusal);
          return;
        }
        // Anything else means that the engine is away: the next attempt will tell.
      }
      events.link('away');
      await wait(reconnectDelay(attempt));
    }
  };
  void run();

  return {
    // Each call goes over whichever connection there is at that moment.
    engine: callable((method, args) => {
      if (current === null) return Promise.reject(notAnswering());
      return current.call(method, args);
    }),
    retryNow: () => {
      stopWaiting?.();
    },
  };
}

function notAnswering(): RepriseError {
  return new RepriseError('closed', 'Reprise is not answering. Try again when it is connected.');
}
