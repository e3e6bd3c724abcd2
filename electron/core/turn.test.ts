import { describe, expect, it } from 'vitest';
import { inTurn } from './turn.ts';

describe('steps in turn', () => {
  it('begin when the one before has ended, in the order in which they were given', async () => {
    const turn = inTurn();
    const seen: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = turn(async () => {
      seen.push('first begins');
      await gate.promise;
      seen.push('first ends');
    });
    const second = turn(() => seen.push('second'));
    await new Promise(setImmediate);
    expect(seen).toEqual(['first begins']);
    gate.resolve();
    await Promise.all([first, second]);
    expect(seen).toEqual(['first begins', 'first ends', 'second']);
  });

  it('go on after one that failed, whose error is its own', async () => {
    const turn = inTurn();
    const failed = turn(() => Promise.reject(new Error('no')));
    const next = turn(() => 'next');
    await expect(failed).rejects.toThrow('no');
    expect(await next).toBe('next');
  });
});
