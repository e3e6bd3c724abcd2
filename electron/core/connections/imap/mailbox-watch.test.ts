import { describe, expect, it } from 'vitest';
import { TestClock } from '../../testing/clock.ts';
import { MailboxWatch } from './mailbox-watch.ts';

const MINUTE_MS = 60_000;

/** Lets everything happen that waits for nothing. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** A server that ends each IDLE by itself after `lastMs[i]`, the last of them for all that follow. */
function watchOn(...lastMs: readonly number[]) {
  const clock = new TestClock();
  const told: string[] = [];
  const begun: number[] = [];
  let passedMs = 0;
  let done: (() => void) | null = null;
  const watch = new MailboxWatch({
    client: {
      capabilities: new Map([['IDLE', true]]),
      usable: true,
      idle: () => {
        const span = lastMs[begun.length] ?? lastMs.at(-1) ?? 0;
        begun.push(passedMs);
        const { promise, resolve } = Promise.withResolvers<undefined>();
        done = () => {
          resolve(undefined);
        };
        if (span === 0) done();
        else clock.after(span, done);
        return promise;
      },
      noop: async () => {
        done?.();
        told.push(`noop ${passedMs / MINUTE_MS}`);
      },
    },
    clock,
    onPolling: () => told.push('polling'),
    onSilence: () => told.push('silent'),
  });
  const pass = async (spanMs: number): Promise<void> => {
    await settled();
    for (const end = passedMs + spanMs; passedMs < end;) {
      clock.advance(500);
      passedMs += 500;
      await settled();
    }
  };
  return { watch, told, begun, pass };
}

describe('an IDLE that the server ends by itself', () => {
  it('is begun anew at once, and no oftener than three times in a minute', async () => {
    const { watch, told, begun, pass } = watchOn(5000);
    expect(watch.start()).toBe('idle');
    await pass(10 * MINUTE_MS);
    for (const at of begun)
      expect(begun.filter((other) => other >= at && other < at + MINUTE_MS).length).toBeLessThan(4);
    expect(begun.slice(0, 5)).toEqual([0, 5000, 10_000, 60_000, 65_000]);
    expect(begun.length).toBeGreaterThan(25);
    expect(told).toEqual([]);
  });

  it('three times within a second is none, whatever came between', async () => {
    const { watch, told, begun, pass } = watchOn(0, 500, 20_000, 0, 60_000);
    watch.start();
    await pass(5 * MINUTE_MS);
    expect(begun).toEqual([0, 0, 500, 60_000]);
    expect(told).toEqual(['polling', 'noop 3', 'noop 5']);
  });

  it('is not held against a server that ended others when it was asked', async () => {
    const { watch, told, pass } = watchOn(0, 0, 10 * MINUTE_MS, 0, 0, 10 * MINUTE_MS);
    watch.start();
    await pass(9 * MINUTE_MS);
    expect(told).toEqual(['noop 4', 'noop 8']);
  });

  it('is not begun anew when the watch has ended', async () => {
    const { watch, told, begun, pass } = watchOn(5000);
    watch.start();
    await pass(MINUTE_MS / 2);
    watch.end();
    await pass(10 * MINUTE_MS);
    expect(begun).toEqual([0, 5000, 10_000]);
    expect(told).toEqual([]);
  });
});
