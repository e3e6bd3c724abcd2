import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { keepCompiled } from '../e2e/run/compiled.ts';

keepCompiled();

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // An unhandled rejection anywhere fails the run.
    dangerouslyIgnoreUnhandledErrors: false,
    setupFiles: ['.config/unforeseen.ts'],
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    // An end for what hangs, and no judge of speed: a busy machine takes its time.
    testTimeout: 120_000,
    hookTimeout: 120_000,
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
          // A worker keeps the modules that it has loaded for the next file: no test changes one.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['e2e/**/*.test.ts'],
          globalSetup: 'e2e/run/fresh-page.ts',
        },
      },
    ],
  },
});
