/**
 * `npm run screenshots`: pictures of the real program, light and dark: every screen with 0, 1 and 3
 * connections to a real Dovecot, with long names and names from right to left, with a thousand
 * simulated connections, and on the demo servers. `-- few`, `names`, `thousand`, `demo` make those
 * alone. Writes `e2e/screenshots/*.png`.
 */
import { mkdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { chromium, type Page } from 'playwright';
import { chooseChromium } from '../fixtures/browser/chromium.ts';
import { whyNoDovecot } from '../fixtures/servers/dovecot-binary.ts';
import { PICTURES } from './camera.ts';
import { shootDemo } from './demo.ts';
import { shootFew } from './few.ts';
import { shootNames } from './names.ts';
import { shootThousand } from './thousand.ts';
import buildWhatIsStale from '../run/fresh-page.ts';

interface Scene {
  readonly shoot: (page: Page) => Promise<void>;
  readonly needsDovecot: boolean;
}

const SCENES: Readonly<Record<string, Scene>> = {
  few: { shoot: shootFew, needsDovecot: true },
  names: { shoot: shootNames, needsDovecot: true },
  thousand: { shoot: shootThousand, needsDovecot: false },
  demo: { shoot: shootDemo, needsDovecot: false },
};

const { positionals } = parseArgs({ allowPositionals: true });
const unknown = positionals.find((name) => !(name in SCENES));
if (unknown !== undefined) {
  throw new Error(`There is no "${unknown}"; there are ${Object.keys(SCENES).join(', ')}.`);
}
const chosen = chooseChromium();
if (chosen === null) throw new Error('There is no Chromium: run "npm run test:setup".');
const why = whyNoDovecot();
await buildWhatIsStale();
await mkdir(PICTURES, { recursive: true });
const browser = await chromium.launch(chosen.launch);
try {
  for (const [name, { shoot, needsDovecot }] of Object.entries(SCENES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    if (needsDovecot && why !== null) {
      process.stderr.write(`Without the pictures of "${name}": ${why}\n`);
      process.exitCode = 1;
      continue;
    }
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await shoot(page);
    await page.close();
    process.stdout.write(`Made the pictures of "${name}"\n`);
  }
} finally {
  await browser.close();
}
