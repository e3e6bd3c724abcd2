/**
 * Signing in in the browser: an address becomes an account with a real authorization server and a real
 * Dovecot that asks it, and what ends is mended by one click. Google and Microsoft are not asked: their
 * pages are stood in for, and what is shown of them is Reprise's own list.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../../electron/core/demo/certificates.ts';
import { settingsFile } from '../../../electron/core/set-up/testing/small-internet.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, test as base } from '../../fixtures/browser/reprise.ts';
import { AuthorizationServer } from '../../fixtures/servers/authorization-server.ts';
import { whyNoDovecot } from '../../fixtures/servers/dovecot-binary.ts';
import { Dovecot } from '../../fixtures/servers/dovecot.ts';
import type { Page } from 'playwright/test';

const ANN = 'ann@company.example';
const EVE = 'eve@company.example';
const users: Readonly<Record<string, string>> = { [ANN]: 'correct horse', [EVE]: 'battery staple' };

interface World {
  readonly auth: AuthorizationServer;
  readonly dovecot: Dovecot;
  /** The program, for which the two are the whole internet. */
  readonly open: () => Promise<void>;
}

const test = base.extend<{ readonly world: World }>({
  world: async ({ startReprise, dashboard }, use) => {
    const authority = await createAuthority('An authority for sign-ins');
    const tls = await authority.issue({ dnsNames: ['localhost'], ipAddresses: ['127.0.0.1'] });
    await using auth = await AuthorizationServer.start({ tls, users, registration: true });
    await using dovecot = await Dovecot.start({ kind: 'one-process', users, oauth: { by: auth } });
    const folder = await mkdtemp(join(tmpdir(), 'reprise-ca-'));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, `${authority.certPem}\n${dovecot.certificate.caPem}`);
    const file = settingsFile('localhost', {
      port: String(dovecot.tlsPort),
      authentication: '<authentication>OAuth2</authentication>',
    }).replace(
      '</clientConfig>',
      `<oAuth2><issuer>${auth.issuer}</issuer></oAuth2></clientConfig>`,
    );
    await use({
      auth,
      dovecot,
      open: async () => {
        const { url } = await startReprise({
          internet: {
            pages: { 'autoconfig.company.example/mail/config-v1.1.xml': file },
            alsoTrusted: authority.certPem,
          },
          env: { NODE_EXTRA_CA_CERTS: caFile },
        });
        await dashboard.open(url);
      },
    });
    await rm(folder, { recursive: true });
  },
});
// The sign-in page shows a certificate that this browser does not know.
test.use({ ignoreHTTPSErrors: true });

/** The page that `open` leads to, beside this one. */
async function beside(page: Page, open: () => Promise<void>): Promise<Page> {
  const popup = page.context().waitForEvent('page');
  await open();
  return popup;
}

/** Signs in on the authorization server's page, as people do. */
async function signInThere(there: Page, user: string): Promise<void> {
  await there.getByLabel('Address').fill(user);
  await there.getByLabel('Password').fill(users[user] ?? '');
  await there.getByRole('button', { name: 'Allow' }).click();
}

const button = ({ form }: Dashboard, name: string | RegExp) => form.getByRole('button', { name });

test.describe('with a real authorization server', () => {
  test.skip(whyNoDovecot() !== null, whyNoDovecot() ?? '');

  test('an address becomes an account; what was revoked is mended by one click', async ({
    world,
    dashboard,
  }) => {
    const { page, form } = dashboard;
    const { auth, dovecot } = world;
    await world.open();
    await dashboard.openAddForm();
    await page.keyboard.type(ANN);
    await page.keyboard.press('Enter');
    await expect(form).toContainText('By its own settings this server takes no password');
    await expect(form.getByLabel('Issuer')).toHaveValue(auth.issuer);
    await expect(form.getByLabel('Password', { exact: true })).toHaveCount(0);

    await test.step('signed in on its page, in a second one', async () => {
      const question = page.getByRole('alertdialog');
      await button(dashboard, 'Sign in in the browser').click();
      // Of another host than the mail's, whose word is only that of a file.
      await expect(question).toContainText(`Sign in at ${new URL(auth.issuer).hostname}?`);
      await expectNoViolation(page, 'a foreign issuer');
      const there = await beside(page, () =>
        question.getByRole('button', { name: 'Sign in there' }).click(),
      );
      await expect(form).toContainText('Sign in on the page that has opened in your browser');
      await expect(form).toContainText(`at ${new URL(auth.issuer).host}`);
      await expect(form.getByRole('timer')).toHaveText(/^(?:9:\d\d|10:00) left$/);
      await expectNoViolation(page, 'a sign-in that waits');
      await signInThere(there, ANN);
      await expect(there.getByText('signed in')).toBeVisible();
      // Whoever looks at the address, or into the history, finds nothing.
      expect(new URL(there.url()).search).toBe('');
      await there.close();
      await expect(form).toContainText(`Signed in as ${ANN}`);
    });

    await test.step('tested, and saved with more mailboxes', async () => {
      await dashboard.testConnection();
      await page.getByRole('button', { name: 'Send it there' }).click();
      await expect(form).toContainText('Connected and signed in');
      for (const mailbox of ['Sent', 'Work']) await form.getByLabel(mailbox).check();
      await expectNoViolation(page, 'signed in, and tested');
      await dashboard.save();
      await expect(form).toBeHidden();
    });
    for (const mailbox of ['INBOX', 'Sent', 'Work']) {
      await expect(dashboard.state(ANN, mailbox)).toHaveText('Idle');
    }
    await expect(dashboard.reuse(ANN, 'INBOX')).toHaveText(/^(?:Resumed|Full handshake)/);
    for (const mailbox of ['Sent', 'Work']) {
      await expect(dashboard.reuse(ANN, mailbox)).toHaveText(/^Resumed/);
    }

    await test.step('revoked: one click wherever that is shown', async () => {
      await auth.revoke(ANN);
      await dovecot.kick(ANN);
      await expect(dashboard.state(ANN, 'INBOX')).toHaveText('Sign-in failed');
      const again = page.getByRole('button', { name: `Sign in again: ${ANN}` });
      await expect(
        dashboard.account(ANN).getByRole('button', { name: /^Sign in again/ }),
      ).toBeVisible();
      await expect(
        dashboard.row(ANN, 'INBOX').getByRole('button', { name: /^Sign in again/ }),
      ).toBeVisible();
      await dashboard.state(ANN, 'INBOX').click();
      await expect(
        dashboard.drawer(ANN, 'INBOX').getByRole('button', { name: /^Sign in again/ }),
      ).toBeVisible();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: /^Attention/ }).click();
      const there = await beside(page, () => again.last().click());
      const dialog = page.getByRole('dialog', { name: `Sign in again: ${ANN}` });
      await expect(dialog).toContainText('Sign in on the page that has opened');
      await expectNoViolation(page, 'signing in again');
      await signInThere(there, ANN);
      await expect(dialog).toBeHidden();
      await there.close();
      for (const mailbox of ['INBOX', 'Sent', 'Work']) {
        await expect(dashboard.state(ANN, mailbox)).toHaveText('Idle');
      }
      await expect(dashboard.accounts.getByRole('listitem')).toHaveCount(1);
    });
  });

  test('with a code, and as somebody else; the issuer named by the server itself', async ({
    world,
    dashboard,
  }) => {
    const { page, form } = dashboard;
    const { auth, dovecot } = world;
    await world.open();
    await dashboard.fillForm({
      user: ANN,
      password: 'wrong',
      server: '127.0.0.1',
      port: String(dovecot.tlsPort),
    });
    await dashboard.testConnection();
    await expect(form).toContainText(`This server says that one signs in at ${auth.issuer}`);
    await expectNoViolation(page, 'an issuer that is suggested');
    await button(dashboard, 'Sign in there instead').click();
    await expect(form.getByLabel('Issuer')).toHaveValue(auth.issuer);

    await test.step('somebody else signed in: that is said', async () => {
      const there = await beside(page, () => button(dashboard, 'Sign in in the browser').click());
      await signInThere(there, EVE);
      await expect(there.getByText('did not work')).toBeVisible();
      await there.close();
      await expect(form).toContainText('Not signed in');
      await expect(form).toContainText(EVE);
      await expectNoViolation(page, 'another user');
    });

    await test.step('a code, typed on any device', async () => {
      await button(dashboard, 'Use a code').click();
      const code = form.locator('code', { hasText: /^[A-Z]{4}-[A-Z]{4}$/ });
      await expect(code).toBeVisible();
      await expectNoViolation(page, 'a code');
      const link = form.getByRole('link', { name: /^https:/ });
      await expect(link).toHaveAccessibleName(/^https:\/\/127\.0\.0\.1:\d+\/device/);
      const there = await page.context().newPage();
      await there.goto((await link.getAttribute('href')) ?? '');
      if (await there.getByRole('textbox').isVisible()) {
        await there.getByRole('textbox').fill(await code.innerText());
        await there.getByRole('button', { name: 'Continue' }).click();
      }
      await there.getByRole('button', { name: 'Yes' }).click();
      await signInThere(there, ANN);
      // Somebody else is still signed in there: it takes a page more, which goes on by itself.
      await expect(there.getByRole('heading', { name: 'Done' })).toBeVisible();
      await there.close();
      await expect(form).toContainText(`Signed in as ${ANN}`);
    });
    await dashboard.save();
    await expect(form).toBeHidden();
    await expect(dashboard.state(ANN, 'INBOX')).toHaveText('Idle');
  });
});

test.describe('the form for providers that want a client id', () => {
  test.use({ viewport: { width: 900, height: 600 } });

  for (const [provider, address, other, page1] of [
    ['Google', 'robin@gmail.com', 'kim@gmail.com', 'https://accounts.google.com/**'],
    ['Microsoft', 'robin@outlook.com', 'kim@hotmail.com', 'https://login.microsoftonline.com/**'],
  ] as const) {
    test(`${provider}: by keyboard alone, the first account and the second`, async ({
      startReprise,
      dashboard,
    }) => {
      const { page, form } = dashboard;
      const asked: URL[] = [];
      await page.context().route(page1, async (route) => {
        asked.push(new URL(route.request().url()));
        await route.fulfill({ contentType: 'text/html', body: '<title>There</title>' });
      });
      await dashboard.open((await startReprise({ internet: {} })).url);
      await dashboard.openAddForm();
      await page.keyboard.type(address);
      await page.keyboard.press('Enter');
      if (provider === 'Google') {
        await tabTo(form.getByRole('radio', { name: 'App password' }));
        await page.keyboard.press('ArrowRight');
      }
      await expect(form.getByRole('list', { name: `Steps at ${provider}` })).toBeVisible();
      await expect(form.getByLabel('Password', { exact: true })).toHaveCount(0);
      await expectNoViolation(page, 'steps to a client id');

      await test.step('without one it goes nowhere', async () => {
        await tabTo(form.getByLabel('Client id'));
        await page.keyboard.press('Enter');
        await expect(form.getByLabel('Client id')).toHaveAccessibleDescription(
          /Enter your client id/,
        );
      });
      await page.keyboard.type('1234-mine');
      if (provider === 'Google') {
        await page.keyboard.press('Tab');
        await page.keyboard.type('of-the-client');
      }
      const there = await beside(page, () => page.keyboard.press('Enter'));
      await expect(form).toContainText('Sign in on the page that has opened in your browser');
      await expect
        .poll(() => asked.map(({ searchParams }) => searchParams.get('client_id')))
        .toEqual(['1234-mine']);
      const [{ searchParams } = new URL('about:blank')] = asked;
      expect(searchParams.get('login_hint')).toBe(address);
      expect(searchParams.get('redirect_uri')).toMatch(
        provider === 'Google' ? /^http:\/\/127\.0\.0\.1:\d+\/$/ : /^http:\/\/localhost:\d+\/$/,
      );
      expect(String(asked)).not.toContain('of-the-client');
      await expectNoViolation(page, 'it waits');
      await there.close();
      await tabTo(form.getByRole('button', { name: 'Cancel the sign-in' }));
      await page.keyboard.press('Enter');
      await expect(form.getByRole('timer')).toBeHidden();
      await dashboard.discardForm();

      await test.step('the second one is as quick as with a password', async () => {
        await dashboard.openAddForm();
        await page.keyboard.type(other);
        await page.keyboard.press('Enter');
        await expect(form).toContainText('Your client id, from Settings: 1234-mine');
        await expect(form.getByLabel('Client id')).toHaveCount(0);
        await expectNoViolation(page, 'a second account');
        const begin = form.getByRole('button', { name: `Sign in with ${provider}` });
        await tabTo(begin);
        const again = await beside(page, () => page.keyboard.press('Enter'));
        await expect(form).toContainText('Sign in on the page that has opened');
        await again.close();
        await form.getByRole('button', { name: 'Cancel', exact: true }).click();
        await page.getByRole('button', { name: 'Discard', exact: true }).click();
      });

      await test.step('Settings keep it: shown without its secret, replaced, removed', async () => {
        await page.getByRole('button', { name: 'Settings', exact: true }).click();
        const item = page.getByRole('list', { name: 'Client ids' }).getByRole('listitem');
        await expect(item).toHaveText(
          provider === 'Google' ? /1234-mine.*secret stored/ : /1234-mine.*no secret/,
        );
        await item.getByRole('button', { name: /^Replace/ }).click();
        const fields = page.getByRole('form', { name: `Client id of ${provider}` });
        await fields.getByLabel('Client id').fill('5678-mine');
        if (provider === 'Google') {
          const secret = fields.getByLabel('Client secret', { exact: true });
          await expect(secret).toHaveValue('');
          await secret.fill('of-the-other');
        }
        await expectNoViolation(page, 'a client id is replaced');
        await fields.getByRole('button', { name: 'Store' }).click();
        await expect(item).toHaveText(
          provider === 'Google' ? /5678-mine.*secret stored/ : /5678-mine.*no secret/,
        );
        await item.getByRole('button', { name: /^Remove/ }).click();
        await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
        await expect(item).toHaveCount(0);
      });
    });
  }

  test('Yahoo: an app password, and why there is nothing else', async ({
    startReprise,
    dashboard,
  }) => {
    const { page, form } = dashboard;
    await dashboard.open((await startReprise({ internet: {} })).url);
    await dashboard.openAddForm();
    await page.keyboard.type('robin@yahoo.com');
    await page.keyboard.press('Enter');
    await expect(form.getByLabel('Password', { exact: true })).toHaveAccessibleDescription(
      /only to companies with which they have a contract/,
    );
    await expect(form.getByRole('radio')).toHaveCount(0);
  });
});
