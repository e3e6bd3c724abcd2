import { describe, expect, it } from 'vitest';
import {
  FASTMAIL_OAUTH,
  GOOGLE_OAUTH,
  MICROSOFT_OAUTH,
  offerOf,
} from '../../../shared/oauth-offers.ts';
import { browserCost, nextStep, otherFlow, whyClient } from './words.ts';

describe('what a sign-in in the browser costs', () => {
  it.each([
    [GOOGLE_OAUTH, false, true, true],
    [GOOGLE_OAUTH, true, false, true],
    [MICROSOFT_OAUTH, false, true, true],
    [FASTMAIL_OAUTH, false, true, false],
    [offerOf('https://auth.example.org'), false, false, false],
  ])('$name', (offer, hasClient, wantsClient, endsHourly) => {
    const cost = browserCost(offer, hasClient);
    expect(cost.includes('client id')).toBe(wantsClient);
    expect(cost.includes('every hour')).toBe(endsHourly);
  });

  it('is no promise of one’s own client id where only its owner gives one', () => {
    expect(whyClient(GOOGLE_OAUTH)).toContain('make your own');
    expect(whyClient(offerOf('https://auth.example.org'))).toContain('ask whoever runs it');
  });
});

it('offers a code where there is one, and what helps after each failure', () => {
  expect([GOOGLE_OAUTH, MICROSOFT_OAUTH].map(otherFlow)).toEqual([null, 'device']);
  expect((['client', 'foreign-issuer', 'other-user', 'denied'] as const).map(nextStep)).toEqual([
    'client',
    'confirm-issuer',
    'any-user',
    'again',
  ]);
});
