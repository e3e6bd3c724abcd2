import { beforeEach, describe, expect, it } from 'vitest';
import type { HistoryView } from '../../../shared/history.ts';
import { PAUSE_MS, Refresher } from './refresher.ts';
import { viewOf } from './testing/view.ts';

interface Asked {
  readonly resolve: (view: HistoryView) => void;
  readonly reject: (error: unknown) => void;
}

let asked: Asked[];
let shown: (HistoryView | string)[];
let timers: { readonly at: number; readonly run: () => void }[];
let now: number;
let refresher: Refresher;

const view = (toAt: number) => viewOf([{}], { toAt });

/** Lets the time pass, and what it brings happen. */
function pass(ms: number): void {
  now += ms;
  const due = timers.filter(({ at }) => at <= now);
  timers = timers.filter(({ at }) => at > now);
  for (const { run } of due) run();
}

/** Answers the latest question. */
async function answer(value: HistoryView | Error): Promise<void> {
  const latest = asked.at(-1);
  if (value instanceof Error) latest?.reject(value);
  else latest?.resolve(value);
  // Whatever is awaited in between has been, after this.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

beforeEach(() => {
  asked = [];
  shown = [];
  timers = [];
  now = 0;
  refresher = new Refresher({
    load: () => {
      const { promise, resolve, reject } = Promise.withResolvers<HistoryView>();
      asked.push({ resolve, reject });
      return promise;
    },
    onView: (view) => shown.push(view),
    onError: (error) => shown.push(String(error)),
    after: (ms, run) => {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((other) => other !== timer);
      };
    },
    now: () => now,
  });
});

describe('the refresher', () => {
  it('asks at once, and again when the bucket has ended', async () => {
    refresher.start();
    await answer(view(60_000));
    expect(shown).toHaveLength(1);
    pass(59_000);
    pass(1050);
    // The engine's clock may not have got there yet.
    expect(asked).toHaveLength(1);
    pass(100);
    expect(asked).toHaveLength(2);
  });

  it('asks once for however much happens, and not before the pause is over', async () => {
    refresher.start();
    refresher.touch();
    refresher.touch();
    expect(asked).toHaveLength(1);
    await answer(view(60_000));
    refresher.touch();
    pass(PAUSE_MS - 1);
    expect(asked).toHaveLength(1);
    pass(1);
    expect(asked).toHaveLength(2);
    await answer(view(60_000));
    pass(PAUSE_MS);
    expect(asked).toHaveLength(2);
    refresher.touch();
    expect(asked).toHaveLength(3);
  });

  it('says what went wrong, asks no more by itself, and goes on when something happens', async () => {
    refresher.start();
    await answer(new Error('away'));
    expect(shown).toEqual(['Error: away']);
    pass(600_000);
    expect(asked).toHaveLength(1);
    refresher.touch();
    expect(asked).toHaveLength(2);
  });

  it('tries again when it is told to, without waiting for the pause', async () => {
    refresher.start();
    await answer(new Error('away'));
    refresher.start();
    expect(asked).toHaveLength(2);
    await answer(view(60_000));
    expect(timers).toHaveLength(1);
  });

  it('drops what comes after it was stopped, and leaves no timer', async () => {
    refresher.start();
    refresher.stop();
    await answer(view(60_000));
    expect(shown).toEqual([]);
    expect(timers).toEqual([]);
    refresher.touch();
    expect(asked).toHaveLength(1);
  });
});
