import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { channelPair } from '../../shared/testing/channel-pair.ts';
import type { EngineApi } from '../../shared/contract.ts';
import { serveEngine, type Channel, type EngineEnd } from '../../shared/rpc.ts';
import { reconnectDelay, startLink, type LinkState } from './api.ts';
import { RefusedError } from './channels.ts';
import { snapshot } from '../testing/entities.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** An engine that can be away, with everything that the link tells. */
function setUp(refusal: () => Error | null = () => null) {
  const ends: EngineEnd[] = [];
  const states: LinkState[] = [];
  const versions: number[] = [];
  const api = {
    getState: () => Promise.resolve(snapshot({ version: 10 * ends.length })),
    reconnectAll: () => Promise.resolve(),
  } as unknown as EngineApi;
  const open = (): Promise<Channel> => {
    const error = refusal();
    if (error !== null) return Promise.reject(error);
    const [server, client] = channelPair();
    ends.push(serveEngine(server, api, () => undefined));
    return Promise.resolve(client);
  };
  const link = startLink(open, {
    link: (state) => states.push(state),
    engine: ({ version }) => versions.push(version),
  });
  return { link, ends, states, versions };
}

/** Lets everything that is under way arrive; no time passes. */
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('the link to the engine', () => {
  it('fetches the state and goes live', async () => {
    const { states, versions } = setUp();
    await settle();
    expect(states).toEqual(['connecting', 'live']);
    expect(versions).toEqual([10]);
  });

  it('applies patches', async () => {
    const { ends, versions } = setUp();
    await settle();
    await ends[0]?.client.patch({ version: 11 });
    expect(versions).toEqual([10, 11]);
  });

  it('connects again and fetches the state anew when the engine went away', async () => {
    const { ends, states, versions } = setUp();
    await settle();
    ends[0]?.close();
    await settle();
    expect(states).toEqual(['connecting', 'live', 'away']);
    await vi.advanceTimersByTimeAsync(reconnectDelay(0));
    expect(states).toEqual(['connecting', 'live', 'away', 'live']);
    expect(versions).toEqual([10, 20]);
  });

  it('waits no longer than at first once it has been live again', async () => {
    let isAway = true;
    const { ends, states } = setUp(() => (isAway ? new Error('away') : null));
    await vi.advanceTimersByTimeAsync(20_000);
    isAway = false;
    await vi.advanceTimersByTimeAsync(reconnectDelay(30));
    expect(states.at(-1)).toBe('live');
    ends[0]?.close();
    await vi.advanceTimersByTimeAsync(reconnectDelay(0));
    expect(states.slice(-2)).toEqual(['away', 'live']);
  });

  it('refuses calls while the engine is away', async () => {
    const { link } = setUp(() => new Error('away'));
    await settle();
    await expect(link.engine.reconnectAll()).rejects.toMatchObject({ code: 'closed' });
  });

  it('tries at once when asked to', async () => {
    let isAway = true;
    const { link, states } = setUp(() => (isAway ? new Error('away') : null));
    await settle();
    isAway = false;
    link.retryNow();
    await settle();
    expect(states.at(-1)).toBe('live');
  });

  it('stops where the page lacks its link', async () => {
    const { states } = setUp(() => new RefusedError('needs-link'));
    await settle();
    expect(states).toEqual(['connecting', 'needs-link']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits longer each time, and five seconds at most', () => {
    expect([0, 1, 2, 3, 4, 5, 30].map(reconnectDelay)).toEqual([
      250, 500, 1000, 2000, 4000, 5000, 5000,
    ]);
  });
});
