import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // An unhandled rejection anywhere fails the run.
    dangerouslyIgnoreUnhandledErrors: false,
    setupFiles: ['.config/unforeseen.ts'],
    restoreMocks: true,
    // Its own choice on a machine of two cores is one; tests mostly wait for servers.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{shared,electron,renderer}/**/*.test.{ts,tsx}'],
          // Style sheets are read as text by the test of their class names.
          css: true,
          // An end for what hangs, and no judge of speed: a busy machine takes its time.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['e2e/**/*.test.ts'],
          globalSetup: 'e2e/run/fresh-page.ts',
          // Real servers start and stop in these.
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
    ],
  },
});
