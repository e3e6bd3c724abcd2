import { describe, expect, it } from 'vitest';
import { oncePerFrame, type PacingPage } from './pace.ts';

/** A page whose frames and timers come when the test says so. */
function setUp() {
  const frames = new Map<number, () => void>();
  const timers = new Map<number, () => void>();
  const shown: number[] = [];
  let handles = 0;
  const add = (callbacks: Map<number, () => void>, callback: () => void): number => {
    handles += 1;
    callbacks.set(handles, callback);
    return handles;
  };
  const document = { hidden: false };
  const page = {
    document,
    requestAnimationFrame: (callback: () => void) => add(frames, callback),
    cancelAnimationFrame: (handle: number) => frames.delete(handle),
    setTimeout: (callback: () => void) => add(timers, callback),
    clearTimeout: (handle: number) => timers.delete(handle),
  } as unknown as PacingPage;
  const show = oncePerFrame((value: number) => shown.push(value), page);
  return {
    show,
    shown,
    document,
    frame: () => {
      run(frames);
    },
    time: () => {
      run(timers);
    },
    waiting: () => frames.size + timers.size,
  };
}

function run(callbacks: Map<number, () => void>): void {
  const due = [...callbacks.values()];
  callbacks.clear();
  for (const callback of due) callback();
}

describe('showing once a frame', () => {
  it('shows the latest at the next frame, and nothing at the one after it', () => {
    const { show, shown, frame } = setUp();
    show(1);
    show(2);
    expect(shown).toEqual([]);
    frame();
    frame();
    expect(shown).toEqual([2]);
    show(3);
    frame();
    expect(shown).toEqual([2, 3]);
  });

  it('asks for one frame at a time, and leaves neither it nor the timer behind', () => {
    const { show, frame, waiting } = setUp();
    show(1);
    show(2);
    expect(waiting()).toBe(2);
    frame();
    expect(waiting()).toBe(0);
  });

  it('does not wait for ever for a frame', () => {
    const { show, shown, time, waiting } = setUp();
    show(1);
    time();
    expect(shown).toEqual([1]);
    expect(waiting()).toBe(0);
  });

  it('shows everything at once while the page is hidden, the one that waits included', () => {
    const { show, shown, document, frame, waiting } = setUp();
    show(1);
    document.hidden = true;
    show(2);
    show(3);
    frame();
    expect(shown).toEqual([2, 3]);
    expect(waiting()).toBe(0);
  });
});
