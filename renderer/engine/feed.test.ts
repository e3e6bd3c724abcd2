import { describe, expect, it } from 'vitest';
import type { Snapshot } from '../../shared/state.ts';
import { createFeed } from './feed.ts';
import { account, snapshot } from '../testing/entities.ts';

/** A feed whose requests for the whole state are answered by hand. */
function setUp() {
  const requests: PromiseWithResolvers<Snapshot>[] = [];
  const versions: number[] = [];
  const lost: unknown[] = [];
  const feed = createFeed(
    () => {
      const request = Promise.withResolvers<Snapshot>();
      requests.push(request);
      return request.promise;
    },
    (state) => versions.push(state.version),
    (error) => lost.push(error),
  );
  const answer = async (version: number) => {
    requests.at(-1)?.resolve(snapshot({ version }));
    await Promise.resolve();
    await Promise.resolve();
  };
  return { feed, requests, versions, lost, answer };
}

describe('the feed', () => {
  it('shows the whole state and then each patch', async () => {
    const { feed, versions, answer } = setUp();
    const loaded = feed.load();
    await answer(3);
    await loaded;
    feed.receive({ version: 4 });
    expect(versions).toEqual([3, 4]);
  });

  it('asks for the whole state when a patch was missed', async () => {
    const { feed, requests, versions, answer } = setUp();
    const loaded = feed.load();
    await answer(3);
    await loaded;
    feed.receive({ version: 6 });
    expect(requests).toHaveLength(2);
    await answer(6);
    expect(versions).toEqual([3, 6]);
  });

  it('asks once, however many patches come meanwhile', async () => {
    const { feed, requests, versions, answer } = setUp();
    const loaded = feed.load();
    await answer(3);
    await loaded;
    feed.receive({ version: 6 });
    feed.receive({ version: 7 });
    feed.receive({ version: 8 });
    expect(requests).toHaveLength(2);
    await answer(6);
    expect(versions).toEqual([3, 8]);
  });

  it('keeps patches that overtake the whole state, in whatever order', async () => {
    const { feed, versions, answer } = setUp();
    const loaded = feed.load();
    feed.receive({ version: 5 });
    feed.receive({ version: 3 });
    feed.receive({ version: 4, accounts: { put: [account('a')], removed: [] } });
    await answer(3);
    await loaded;
    expect(versions).toEqual([5]);
  });

  it('asks again when one of those was missed', async () => {
    const { feed, requests, versions, answer } = setUp();
    const loaded = feed.load();
    feed.receive({ version: 9 });
    await answer(3);
    expect(requests).toHaveLength(2);
    await answer(9);
    await loaded;
    expect(versions).toEqual([9]);
  });

  it('says that the channel is lost when the whole state cannot be had', async () => {
    const { feed, requests, versions, lost } = setUp();
    const loaded = feed.load();
    requests[0]?.reject(new Error('closed'));
    await loaded;
    expect(lost).toEqual([new Error('closed')]);
    expect(versions).toEqual([]);
  });
});
