import { describe, expect, it } from 'vitest';
import { policySummary } from './Reuse.tsx';

describe('the summary of a policy', () => {
  it('has nothing to say of the usual one', () => {
    expect(policySummary({ sharing: 'saving', longestAge: 'server' })).toBeNull();
  });

  it('names only what is not as usual', () => {
    expect(policySummary({ sharing: 'private', longestAge: 'server' })).toBe('private');
    expect(policySummary({ sharing: 'shared', longestAge: 'server' })).toBe('shared');
    expect(policySummary({ sharing: 'saving', longestAge: 'hour' })).toBe('1 h');
    expect(policySummary({ sharing: 'private', longestAge: 'ten-minutes' })).toBe(
      'private · 10 min',
    );
  });
});
