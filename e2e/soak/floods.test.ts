/** The short form of `npm run soak -- --floods 200`: a machine that does other things has no times. */
import { describe, expect, it } from 'vitest';
import { BOUNDS, flood } from './floods.ts';

describe('while a server with eight mailboxes floods', () => {
  it.each(['VANISHED', 'EXISTS', 'answer to STARTTLS'])(
    'with %s, others are answered, memory is bounded, and Ctrl-C ends it',
    async (name) => {
      const { peakBytes, exitCode } = await flood(name, 20);
      expect(peakBytes).toBeLessThan(BOUNDS.peakBytes);
      expect(exitCode).toBe(0);
    },
  );
});
