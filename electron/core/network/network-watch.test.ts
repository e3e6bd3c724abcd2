import { describe, expect, test } from 'vitest';
import { TestClock } from '../testing/clock.ts';
import { LOOK_MS, LOOKS_AWAKE, NetworkWatch, type NetworkNews } from './network-watch.ts';
import { TestMachine } from './testing/machine.ts';

const HOME = '192.168.1.23';
const CAFE = '10.20.30.40';
const HOUR = 3_600_000;

/** A watch on a machine at home, and what it told after its start. */
function watching(machine = new TestMachine(HOME)) {
  const clock = new TestClock();
  const news: NetworkNews[] = [];
  const watch = new NetworkWatch({
    clock,
    machine,
    power: machine.power,
  });
  watch.follow((item) => news.push(item));
  const [first] = news.splice(0);
  /** What was told since the last time, in a word each. */
  const told = (): string[] =>
    news
      .splice(0)
      .map(({ isOnline, hasSlept, clockMovedMs, isAnother }) =>
        [
          isOnline ? 'online' : 'offline',
          hasSlept && 'slept',
          clockMovedMs < 0 && `set back ${Math.round(-clockMovedMs)}`,
          isAnother && 'another',
        ]
          .filter(Boolean)
          .join(' '),
      );
  return { clock, machine, watch, first, told };
}

describe('the network', () => {
  test('is told of at the start, and then when it changes', () => {
    const { clock, machine, first, told } = watching();
    expect(first).toMatchObject({ isOnline: true, hasSlept: false, isAnother: false });
    clock.advance(HOUR);
    expect(told()).toEqual([]);
    machine.has();
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['offline']);
    clock.advance(HOUR);
    expect(told()).toEqual([]);
    machine.has(HOME);
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['online']);
    machine.has(CAFE);
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['online another']);
  });

  test('may be missing at the start', () => {
    expect(watching(new TestMachine()).first).toMatchObject({ isOnline: false });
  });

  test('has names, which are remembered while there is none', () => {
    const { clock, machine, watch } = watching();
    expect(watch.places).toEqual([HOME]);
    machine.has();
    clock.advance(LOOK_MS);
    expect(watch.places).toEqual([HOME]);
    machine.has(CAFE);
    clock.advance(LOOK_MS);
    expect(watch.places).toEqual([CAFE]);
    expect(watching(new TestMachine()).watch.places).toEqual([]);
  });

  test('that loses one of its addresses is told of, since connections may go with it', () => {
    const { clock, machine, told } = watching(new TestMachine(HOME, CAFE));
    machine.has(HOME);
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['online']);
  });

  test('is not looked at any more after the end', () => {
    const { clock, machine, watch, told } = watching();
    watch.close();
    machine.has();
    clock.advance(HOUR);
    machine.power.emit('suspend');
    expect(told()).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe('a sleep that the system tells of', () => {
  test('is offline from its first moment, and over when the system says so', () => {
    const { clock, machine, told } = watching();
    machine.power.emit('suspend');
    expect(told()).toEqual(['offline']);
    clock.advance(LOOK_MS);
    machine.power.emit('resume');
    expect(told()).toEqual(['online slept']);
    clock.advance(HOUR);
    expect(told()).toEqual([]);
  });

  test('is told of once, whether clock or system says first that it is over', () => {
    const { clock, machine, told } = watching();
    machine.power.emit('suspend');
    clock.sleep(8 * HOUR);
    machine.power.emit('resume');
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['offline', 'online slept']);
    machine.power.emit('suspend');
    clock.sleep(8 * HOUR);
    clock.advance(LOOK_MS);
    machine.power.emit('resume');
    expect(told()).toEqual(['offline', 'online slept']);
  });

  test('is over as well when nobody says so, but the machine is evidently awake', () => {
    const { clock, machine, told } = watching();
    machine.power.emit('suspend');
    clock.advance((LOOKS_AWAKE - 1) * LOOK_MS);
    expect(told()).toEqual(['offline']);
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['online slept']);
  });

  test('may end in another place, or where there is no network', () => {
    const { clock, machine, told } = watching();
    machine.power.emit('suspend');
    clock.sleep(HOUR);
    machine.has();
    machine.power.emit('resume');
    clock.advance(LOOK_MS);
    machine.has(CAFE);
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['offline', 'offline slept', 'online another']);
  });
});

describe('a sleep that only the clocks show', () => {
  test('is told of at the first look afterwards', () => {
    const { clock, told } = watching();
    clock.sleep(HOUR);
    expect(told()).toEqual([]);
    clock.advance(LOOK_MS);
    expect(told()).toEqual(['online slept']);
    clock.advance(HOUR);
    expect(told()).toEqual([]);
  });

  test('is none where the clock was set back, which is told of once', () => {
    const { clock, told } = watching();
    clock.sleep(-HOUR);
    clock.advance(HOUR);
    expect(told()).toEqual([`online set back ${HOUR}`]);
  });
});
