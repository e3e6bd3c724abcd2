import { describe, expect, it } from 'vitest';
import { Offers, type HeldSession } from './offers.ts';

interface World {
  /** Met in turn, each with a key of its own. */
  readonly backends: number;
  readonly isReusable: boolean;
  /** Sessions that come with a full handshake, and with a resumption. */
  readonly issued: readonly [onFull: number, onResumption: number];
}

/** So many offers, as a check makes them. @returns the share that was taken up */
function shareIn({ backends, isReusable, issued }: World, offers: number): number {
  const held: HeldSession[] = [];
  const chooser = new Offers();
  let connection = 0;
  const issue = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      held.push({ bytes: Buffer.of(), connection, endsAt: null, offered: 0, resumed: 0 });
    }
  };
  const full = (): void => {
    connection += 1;
    issue(issued[0]);
  };
  for (let n = 0; n < 3; n += 1) full();
  let resumed = 0;
  for (let offered = 0; offered < offers;) {
    const mayWait = resumed < offered;
    const occasion = { connection: connection + 1, now: 0, isReusable, mayWait };
    let session = chooser.choose(held, occasion);
    if (session === null || session === 'wait') {
      full();
      session = chooser.choose(held, { ...occasion, connection: connection + 1, mayWait: false });
    }
    if (session === null || session === 'wait') throw new Error('there is nothing to offer');
    connection += 1;
    chooser.made(session, connection);
    offered += 1;
    const isRight = session.connection % backends === connection % backends;
    if (isRight) resumed += 1;
    issue(issued[isRight ? 1 : 0]);
  }
  return resumed / offers;
}

describe('what is offered behind backends that are met in turn', () => {
  const worlds = [1, 2, 3, 4].flatMap((backends) =>
    (
      [
        [1, 0],
        [1, 1],
        [2, 1],
        [2, 0],
        [2, 2],
      ] as const
    ).flatMap((issued) =>
      [false, true].map((isReusable): World => ({ backends, isReusable, issued })),
    ),
  );

  it.each(worlds)('tells the truth about %j', (world) => {
    const truth = 1 / world.backends;
    expect(Math.abs(shareIn(world, 16) - truth)).toBeLessThan(0.15);
  });

  it.each(worlds.filter(({ backends }) => backends === 2 || backends === 3))(
    'shows both sides of %j in the fewest attempts',
    (world) => {
      expect(shareIn(world, 8)).toBeGreaterThan(0);
      expect(shareIn(world, 8)).toBeLessThan(1);
    },
  );
});

describe('a session', () => {
  const session: HeldSession = {
    bytes: Buffer.of(),
    connection: 1,
    endsAt: 1000,
    offered: 0,
    resumed: 0,
  };
  const occasion = { connection: 2, now: 999, isReusable: false, mayWait: false };

  it('is offered as long as it lives', () => {
    expect(new Offers().choose([session], occasion)).toBe(session);
    expect(new Offers().choose([session], { ...occasion, now: 1000 })).toBeNull();
  });

  it('is offered again only where that is what sessions are for', () => {
    const used = { ...session, offered: 1 };
    expect(new Offers().choose([used], occasion)).toBeNull();
    expect(new Offers().choose([used], { ...occasion, isReusable: true })).toBe(used);
  });
});
