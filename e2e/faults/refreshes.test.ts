import { expect, it } from 'vitest';
import { killAroundRefreshes } from './refresh-kills.ts';

it('a kill around a refresh costs at most one sign-in, and never where the answer was on the disk', async () => {
  const { went, signedInAgain, wrong } = await killAroundRefreshes(10);
  expect(wrong).toEqual([]);
  // Both were met: every fifth kill is before the answer is sent.
  expect([went > 0, signedInAgain > 0]).toEqual([true, true]);
});
