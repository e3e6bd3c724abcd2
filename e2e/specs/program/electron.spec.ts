import { _electron, type ElectronApplication } from 'playwright';
import { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { expectDemo } from '../../fixtures/browser/demo-outcomes.ts';
import { findElectronProgram } from '../../fixtures/browser/electron-program.ts';
import { REPOSITORY } from '../../fixtures/program/repository.ts';
import { expect, test as base } from '../../fixtures/browser/reprise.ts';

/** Set in CI, where Electron can be had: then its absence is a failure. */
const isRequired = process.env['REPRISE_REQUIRE_ELECTRON'] !== undefined;

const test = base.extend<{ program: ElectronApplication }>({
  program: async ({ dataDir }, use, testInfo) => {
    const found = await findElectronProgram();
    if (found.kind === 'missing') {
      if (isRequired) throw new Error(`Electron is required here, but ${found.why}.`);
      process.stderr.write(`SKIPPED: ${testInfo.title}. ${found.why}.\n`);
      testInfo.skip(true, found.why);
      return;
    }
    const program = await _electron.launch({
      executablePath: found.path,
      args: [REPOSITORY, '--demo', `--data-dir=${dataDir}`],
    });
    await use(program);
    await program.close();
  },
});

test.describe('the real program in Electron', () => {
  test('runs the demo: every outcome, by server', async ({ program, complaints }) => {
    const page = await program.firstWindow();
    complaints.watch(page);
    await expectDemo(new Dashboard(page));
  });

  test('gives the page no Node, no new window and no way out', async ({ program }) => {
    const page = await program.firstWindow();
    const dashboard = new Dashboard(page);
    await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    const reach = await page.evaluate(() =>
      ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
    );
    expect(reach).toEqual([]);
    const url = page.url();
    expect(url).toMatch(/^app:\/\//);
    await page.evaluate(() => {
      window.open('https://example.org/');
      window.location.href = 'https://example.org/';
    });
    await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
    expect(page.url()).toBe(url);
    expect(program.windows()).toHaveLength(1);
  });
});
