import { defineConfig } from 'playwright/test';
import { chooseChromium } from './fixtures/browser/chromium.ts';
import { keepCompiled } from './run/compiled.ts';

keepCompiled();

/** Each spec starts servers and a browser of its own; more at once would only make them wait. */
const WORKERS = 2;

export default defineConfig({
  testDir: '.',
  globalSetup: './run/fresh-page.ts',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results',
  workers: WORKERS,
  fullyParallel: true,
  // A retry would hide a race.
  retries: 0,
  forbidOnly: process.env['CI'] !== undefined,
  // An end for what hangs, and no judge of speed: a busy machine takes its time.
  timeout: 180_000,
  expect: { timeout: 30_000 },
  // The file comes from PLAYWRIGHT_JSON_OUTPUT_FILE; without it there is none.
  reporter:
    process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] === undefined ? [['list']] : [['list'], ['json']],
  use: {
    launchOptions: chooseChromium()?.launch ?? {},
    // A recording costs a quarter of the time: `--trace=retain-on-failure` where a picture of the
    // page and what is in it do not say why.
    trace: 'off',
    screenshot: 'only-on-failure',
    viewport: { width: 1280, height: 800 },
  },
  projects: [
    { name: 'browser', testIgnore: '**/electron.spec.ts' },
    { name: 'electron', testMatch: '**/electron.spec.ts' },
  ],
});
