/** The words for what a user can choose about the reuse of an account's sessions. */
import type { LongestAge, ReusePolicy, SharingPolicy } from '../../../shared/model.ts';

/** A choice by name, with what follows from it where that is not plain. */
interface Choice<Value> {
  readonly value: Value;
  readonly name: string;
  readonly explanation?: string;
}

export const SHARING_CHOICES: readonly Choice<SharingPolicy>[] = [
  {
    value: 'saving',
    name: 'Saving',
    explanation:
      'A burst that runs out shares the newest ticket for ten seconds, which spares the server most work.',
  },
  {
    value: 'private',
    name: 'Private',
    explanation:
      'Every ticket is offered once, so nobody watching the network can link two connections by it. More full handshakes.',
  },
];

export const AGE_CHOICES: readonly Choice<LongestAge>[] = [
  { value: 'server', name: 'As long as the server allows' },
  { value: 'hour', name: '1 hour' },
  { value: 'ten-minutes', name: '10 minutes' },
];

const SHORT_AGES: Record<LongestAge, string | null> = {
  server: null,
  hour: '1 h',
  'ten-minutes': '10 min',
};

/** What is not as usual: `private · 10 min`; `null` where all is. */
export function policySummary({ sharing, longestAge }: ReusePolicy): string | null {
  const parts = [sharing === 'private' ? 'private' : null, SHORT_AGES[longestAge]];
  const unusual = parts.filter((part) => part !== null);
  return unusual.length === 0 ? null : unusual.join(' · ');
}
