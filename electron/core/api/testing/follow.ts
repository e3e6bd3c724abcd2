/** For tests, and for what is run without vitest: an interface that follows the engine. */
import { channelPair } from '../../../../shared/testing/channel-pair.ts';
import { connectEngine } from '../../../../shared/rpc.ts';
import type { Snapshot } from '../../../../shared/state.ts';
import type { App } from '../../app.ts';
import { applyPatch } from './copy.ts';

/** An interface that follows the engine. */
export async function follow(app: App) {
  const [engineChannel, clientChannel] = channelPair();
  const received: unknown[] = [];
  const waiting = new Set<() => void>();
  let current: Snapshot | null = null;
  const state = (): Snapshot => {
    if (current === null) throw new Error('the state has not come yet');
    return current;
  };
  const { engine, closed } = connectEngine(clientChannel, {
    patch: (patch) => {
      received.push(patch);
      current = applyPatch(state(), patch);
      for (const check of waiting) check();
      return Promise.resolve();
    },
  });
  app.attach(engineChannel);
  current = await engine.getState();
  /** Resolves with the state once `holds` of it. */
  const until = (holds: (state: Snapshot) => boolean): Promise<Snapshot> =>
    new Promise((resolve) => {
      const check = (): void => {
        if (!holds(state())) return;
        waiting.delete(check);
        resolve(state());
      };
      waiting.add(check);
      check();
    });
  return { engine, received, state, until, closed, clientChannel };
}

/** What {@link follow} gives. */
export type Followed = Awaited<ReturnType<typeof follow>>;
