import { defineConfig } from 'playwright/test';
import { chooseChromium } from './fixtures/browser/chromium.ts';

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
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // The file comes from PLAYWRIGHT_JSON_OUTPUT_FILE; without it there is none.
  reporter:
    process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] === undefined ? [['list']] : [['list'], ['json']],
  use: {
    launchOptions: chooseChromium()?.launch ?? {},
    trace: 'retain-on-failure',
    viewport: { width: 1280, height: 800 },
  },
  projects: [
    { name: 'browser', testIgnore: '**/electron.spec.ts' },
    { name: 'electron', testMatch: '**/electron.spec.ts' },
  ],
});
