/** Every outcome can be told from every other by its shape alone, whatever colours somebody sees. */
import type { CDPSession, Locator, Page } from 'playwright/test';
import { startImapServer } from '../../../electron/core/demo/testing/index.ts';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { difference, silhouetteOf, type Silhouette } from '../../fixtures/browser/silhouette.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const SCHEMES = ['light', 'dark'] as const;
const DEFICIENCIES = ['none', 'protanopia', 'deuteranopia', 'tritanopia', 'achromatopsia'] as const;
const WORDS = ['Resumed', 'Full handshake', 'Refused', 'Off', 'Failed'] as const;
/** WCAG 2.2, 1.4.11: what tells something has this contrast to what it stands on. */
const CONTRAST = 3;
/** Of the area of two marks, so much is one's alone; the notch in a solid block is a fifth of it. */
const DIFFERENCE = 0.15;
/** The same mark in another place of the page, with other pixels between it and its ground. */
const SAME = 0.02;

/** Marks by the word for what they stand for. */
type Marks = Readonly<Record<string, Locator>>;

/** One connection for every outcome. */
async function showEveryOutcome(dashboard: Dashboard): Promise<void> {
  const { page } = dashboard;
  await page.getByRole('button', { name: 'Start demo servers' }).click();
  await expect(dashboard.state('STARTTLS', 'INBOX')).toHaveText('Idle');
  await dashboard.reconnectAll();
  await expect(dashboard.reuse('Issues but refuses', 'INBOX')).toHaveText(/^Refused/);
  await dashboard.reuseSwitch('STARTTLS').click();
  await dashboard.reconnectButton('STARTTLS', 'INBOX').click();
  await expect(dashboard.reuse('STARTTLS', 'INBOX')).toHaveText('Off');
  await expect(dashboard.reuse('TLS 1.2 tickets', 'INBOX')).toHaveText(/^Resumed/);
  await expect(dashboard.reuse('Nothing to resume', 'INBOX')).toHaveText(/^Full handshake/);
}

async function expectTellApart(
  page: Page,
  cdp: CDPSession,
  marks: Marks,
  another: { readonly of: string; readonly mark: Locator },
): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    for (const type of DEFICIENCIES) {
      await cdp.send('Emulation.setEmulatedVisionDeficiency', { type });
      const where = `${type}, ${colorScheme}`;
      const seen: [string, Silhouette][] = [];
      for (const [word, mark] of Object.entries(marks)) {
        seen.push([word, await silhouetteOf(page, cdp, mark)]);
      }
      for (const [word, { contrast, colourfulness }] of seen) {
        expect(contrast, `${word}, ${where}`).toBeGreaterThanOrEqual(CONTRAST);
        if (type === 'achromatopsia') expect(colourfulness, `${word}, ${where}`).toBeLessThan(8);
      }
      for (const [index, [word, mark]] of seen.entries()) {
        for (const [other, otherMark] of seen.slice(index + 1)) {
          const pair = `${word} and ${other}, ${where}`;
          expect(difference(mark, otherMark), pair).toBeGreaterThan(DIFFERENCE);
        }
      }
      // What is compared is the shape: the same one again does not differ.
      const [, same] = seen.find(([word]) => word === another.of) ?? [];
      if (same === undefined) throw new Error(`There is no mark of ${another.of}.`);
      expect(difference(same, await silhouetteOf(page, cdp, another.mark))).toBeLessThan(SAME);
    }
    await cdp.send('Emulation.setEmulatedVisionDeficiency', { type: 'none' });
  }
}

test('every outcome is told by its shape, also to those who see other colours or none', async ({
  opened: dashboard,
}) => {
  test.slow();
  await using expired = await startImapServer({ certificate: 'expired' });
  const { page } = dashboard;
  await dashboard.fillForm(accountOn(expired, 'Expired'));
  await dashboard.save();
  await expect(dashboard.form).toBeHidden();
  await expect(dashboard.reuse('Expired', 'INBOX')).toHaveText(/^Failed/);
  await showEveryOutcome(dashboard);

  const mark = (label: string) => dashboard.reuse(label, 'INBOX').locator('svg');
  const cdp = await page.context().newCDPSession(page);
  await expectTellApart(
    page,
    cdp,
    {
      Resumed: mark('TLS 1.2 tickets'),
      'Full handshake': mark('Nothing to resume'),
      Refused: mark('Issues but refuses'),
      Off: mark('STARTTLS'),
      Failed: mark('Expired'),
    },
    { of: 'Resumed', mark: mark('TLS 1.3 tickets') },
  );

  await page.getByRole('tab', { name: 'History' }).click();
  const history = page.getByRole('tabpanel', { name: 'History' });
  const fill = (word: string) =>
    history
      .getByRole('term')
      .filter({ hasText: new RegExp(`^${word}$`) })
      .locator('svg');
  await expect(fill('Resumed')).toBeVisible();
  await expectTellApart(page, cdp, Object.fromEntries(WORDS.map((word) => [word, fill(word)])), {
    of: 'Refused',
    mark: fill('Refused'),
  });
});
