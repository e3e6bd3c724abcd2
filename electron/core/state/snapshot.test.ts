import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type {
  Account,
  AccountId,
  AppFacts,
  Connection,
  Notice,
  Totals,
} from '../../../shared/model.ts';
import type { Patch, Snapshot } from '../../../shared/state.ts';
import type { Clock } from '../clock.ts';
import { EngineState, SnapshotStream } from './snapshot.ts';
import { applyPatch } from '../api/testing/copy.ts';

const facts = { version: '1', demo: false } as AppFacts;
const totals = { resumed: 0 } as Totals;
const account = (id: string, label = ''): Account => ({ id: id as AccountId, label }) as Account;

/** Time that passes when the test says so; every call is made at its moment. */
class ManualClock implements Clock {
  #time = 0;
  #calls: { at: number; run: () => void }[] = [];
  now(): number {
    return this.#time;
  }
  monotonic(): number {
    return this.#time;
  }
  after(delayMs: number, run: () => void) {
    const call = { at: this.#time + delayMs, run };
    this.#calls.push(call);
    return {
      cancel: () => {
        this.#calls = this.#calls.filter((other) => other !== call);
      },
    };
  }
  /** Lets time pass; promises that settle on the way get their turn. */
  async advance(spanMs: number): Promise<void> {
    const end = this.#time + spanMs;
    for (;;) {
      await settle();
      const next = this.#calls.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#calls = this.#calls.filter((call) => call !== next);
      this.#time = Math.max(this.#time, next.at);
      next.run();
    }
    this.#time = end;
  }
  get pending(): number {
    return this.#calls.length;
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
}

/** What an interface does: folds patches into its copy, and asks for everything at a gap. */
class Copy {
  snapshot: Snapshot | null = null;
  patches: { patch: Patch; at: number }[] = [];
  asked = 0;
  readonly #waiting: { done: () => void; failed: (error: Error) => void }[] = [];
  readonly #clock: Clock;
  stream: SnapshotStream | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  load(): void {
    this.asked += 1;
    this.snapshot = this.stream?.open() ?? null;
  }

  patch(patch: Patch): Promise<void> {
    this.patches.push({ patch, at: this.#clock.monotonic() });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiting.push({
      done: () => {
        this.#apply(patch);
        resolve();
      },
      failed: reject,
    });
    return promise;
  }

  get underWay(): number {
    return this.#waiting.length;
  }

  /** Applies the patch that came, or fails to. */
  answer(fails = false): void {
    const waiting = this.#waiting.shift();
    if (fails) waiting?.failed(new Error('the interface is broken'));
    else waiting?.done();
  }

  #apply(patch: Patch): void {
    const { snapshot } = this;
    if (snapshot === null || patch.version <= snapshot.version) return;
    if (patch.version !== snapshot.version + 1) {
      this.load();
      return;
    }
    this.snapshot = applyPatch(snapshot, patch);
  }
}

function setUp(maxDirty?: number) {
  const clock = new ManualClock();
  const state = new EngineState(facts, totals);
  const copy = new Copy(clock);
  copy.stream = new SnapshotStream(state, copy, clock, maxDirty);
  return { clock, state, copy, stream: copy.stream };
}

describe('the stream of patches', () => {
  it('sends nothing before the state was asked for', async () => {
    const { clock, state, copy } = setUp();
    state.put('accounts', account('a'));
    await clock.advance(1000);
    expect(copy.patches).toEqual([]);
    copy.load();
    expect(copy.snapshot?.accounts).toEqual([account('a')]);
  });

  it('sends what changed as whole entities, from the version of the state on', async () => {
    const { clock, state, copy } = setUp();
    state.put('accounts', account('kept'));
    state.put('accounts', account('gone'));
    copy.load();
    state.put('accounts', account('kept', 'renamed'));
    state.remove('accounts', 'gone');
    state.set('totals', { resumed: 1 } as Totals);
    await clock.advance(50);
    expect(copy.patches.map(({ patch }) => patch)).toEqual([
      {
        version: (copy.snapshot?.version ?? 0) + 1,
        totals: { resumed: 1 },
        accounts: { put: [account('kept', 'renamed')], removed: ['gone'] },
      },
    ]);
  });

  it('sends at most one patch in 50 ms, and only the latest of each entity', async () => {
    const { clock, state, copy } = setUp();
    copy.load();
    for (let round = 0; round < 100; round++) {
      state.put('accounts', account('a', String(round)));
      await clock.advance(10);
      copy.answer();
    }
    await clock.advance(50);
    copy.answer();
    const times = copy.patches.map(({ at }) => at);
    expect(times.length).toBeGreaterThan(15);
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...pauses)).toBe(50);
    expect(copy.snapshot?.accounts).toEqual([account('a', '99')]);
  });

  it('has one patch under way at most, however long the client takes', async () => {
    const { clock, state, copy } = setUp();
    copy.load();
    for (let round = 0; round < 100; round++) {
      state.put('accounts', account(`a${String(round)}`));
      await clock.advance(100);
    }
    expect(copy.patches).toHaveLength(1);
    copy.answer();
    await clock.advance(50);
    expect(copy.patches).toHaveLength(2);
    copy.answer();
    expect(copy.snapshot?.accounts).toHaveLength(100);
    expect(copy.asked).toBe(1);
  });

  it('leaves a gap when more changed than it remembers, so that the client asks', async () => {
    const { clock, state, copy } = setUp(10);
    copy.load();
    state.put('accounts', account('first'));
    await clock.advance(50);
    for (let round = 0; round < 1000; round++) state.put('accounts', account(`a${String(round)}`));
    copy.answer();
    await clock.advance(50);
    expect(copy.patches[1]?.patch).toEqual({ version: (copy.snapshot?.version ?? 0) + 2 });
    copy.answer();
    expect(copy.asked).toBe(2);
    expect(copy.snapshot?.accounts).toHaveLength(1001);
  });

  it('leaves a gap after a patch that could not be applied, and waits a second', async () => {
    const { clock, state, copy } = setUp();
    copy.load();
    state.put('accounts', account('a'));
    await clock.advance(50);
    copy.answer(true);
    await clock.advance(900);
    expect(copy.patches).toHaveLength(1);
    await clock.advance(100);
    expect(copy.patches).toHaveLength(2);
    copy.answer();
    expect(copy.asked).toBe(2);
    expect(copy.snapshot?.accounts).toEqual([account('a')]);
  });

  it('sends nothing and leaves no timer when it is closed', async () => {
    const { clock, state, copy, stream } = setUp();
    copy.load();
    state.put('accounts', account('a'));
    stream.close();
    state.put('accounts', account('b'));
    expect(clock.pending).toBe(0);
    await clock.advance(1000);
    expect(copy.patches).toEqual([]);
  });

  it('no longer listens to the state when it is closed', () => {
    const { state, stream } = setUp();
    const stopped: string[] = [];
    const listen = state.listen.bind(state);
    state.listen = (changed) => {
      const stop = listen(changed);
      return () => {
        stopped.push('stopped');
        stop();
      };
    };
    const other = new SnapshotStream(state, new Copy(new ManualClock()), new ManualClock());
    other.close();
    stream.close();
    expect(stopped).toEqual(['stopped']);
  });

  it('leaves no timer when it is closed with a patch under way', async () => {
    const { clock, state, copy, stream } = setUp();
    copy.load();
    state.put('accounts', account('a'));
    await clock.advance(50);
    state.put('accounts', account('b'));
    stream.close();
    copy.answer(true);
    await settle();
    expect(clock.pending).toBe(0);
  });
});

type Step =
  | { readonly kind: 'put'; readonly table: number; readonly id: number; readonly value: number }
  | { readonly kind: 'remove'; readonly table: number; readonly id: number }
  | { readonly kind: 'set'; readonly value: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'answer'; readonly client: number; readonly fails: boolean }
  | { readonly kind: 'load'; readonly client: number };

const small = fc.nat(6);
const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      table: small,
      id: small,
      value: small,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('remove' as const), table: small, id: small }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('set' as const), value: small }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(120) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      client: small,
      fails: fc.nat(9).map((number) => number === 0),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('load' as const), client: small }) },
);

const tables = ['accounts', 'connections', 'notices'] as const;

function change(state: EngineState, step: Extract<Step, { kind: 'put' | 'remove' | 'set' }>): void {
  if (step.kind === 'set') {
    state.set('totals', { resumed: step.value } as Totals);
    return;
  }
  const table = tables[step.table % tables.length] ?? 'accounts';
  const id = `e${String(step.id)}`;
  if (step.kind === 'remove') state.remove(table, id);
  else state.put(table, { id, value: step.value } as unknown as Account & Connection & Notice);
}

describe('every copy of the state', () => {
  it('comes to equal the engine’s, whatever changes and however slow its client is', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(stepArbitrary, { maxLength: 80 }),
        fc.constantFrom(3, 10_000),
        async (steps, maxDirty) => {
          const clock = new ManualClock();
          const state = new EngineState(facts, totals);
          const copies = [0, 1].map(() => {
            const copy = new Copy(clock);
            copy.stream = new SnapshotStream(state, copy, clock, maxDirty);
            copy.load();
            return copy;
          });
          for (const step of steps) {
            const copy = 'client' in step ? copies[step.client % 2] : undefined;
            if (step.kind === 'wait') await clock.advance(step.ms);
            else if (step.kind === 'answer') copy?.answer(step.fails);
            else if (step.kind === 'load') copy?.load();
            else change(state, step);
            await settle();
            expect(copies.every(({ underWay }) => underWay <= 1)).toBe(true);
          }
          // Every client answers at last.
          for (let round = 0; round < 4; round++) {
            for (const copy of copies) copy.answer();
            await clock.advance(1_000);
          }
          for (const { snapshot } of copies) {
            expect(snapshot?.totals).toEqual(state.get('totals'));
            for (const table of tables) {
              expect(byId(snapshot?.[table] ?? [])).toEqual(byId(state.list(table)));
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

function byId(entities: readonly { readonly id: string }[]) {
  return entities.toSorted((a, b) => a.id.localeCompare(b.id));
}
