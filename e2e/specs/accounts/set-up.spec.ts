/**
 * The way from an address to an account: what is asked first, what was found and by whom, and where a
 * password may go. What is found on a network mostly stands in for the engine's search here; the
 * search itself is tested with real servers beside `electron/core/set-up`.
 */
import { settingsFile } from '../../../electron/core/set-up/testing/small-internet.ts';
import type { FoundSettings, SetUpResult } from '../../../shared/set-up.ts';
import {
  fault,
  startImapServer,
  type ImapServer,
} from '../../../electron/core/demo/testing/index.ts';
import { expectNoViolation } from '../../fixtures/browser/axe.ts';
import type { Dashboard } from '../../fixtures/browser/dashboard.ts';
import { HeldAnswers } from '../../fixtures/browser/held-answers.ts';
import { tabTo } from '../../fixtures/browser/keyboard.ts';
import { expect, test } from '../../fixtures/browser/reprise.ts';
import { accountOn } from '../../fixtures/browser/typed-accounts.ts';

const ADDRESS = 'robin@company.example';

/** The names of the fields that are seen, from top to bottom; the choice of a way to sign in aside. */
const fieldsOf = ({ form }: Dashboard) =>
  form
    .locator('input:not([type="radio"]):visible, textarea:visible, select:visible')
    .evaluateAll((controls) =>
      controls.map((control) => (control as HTMLInputElement).labels?.[0]?.textContent),
    );

const foundOn = (server: ImapServer, more: Partial<FoundSettings> = {}): SetUpResult => ({
  address: ADDRESS,
  found: {
    host: server.host,
    domain: server.host,
    port: server.port,
    security: server.security,
    user: server.user,
    source: 'autoconfig',
    foundBy: 'autoconfig.company.example',
    foreign: false,
    provider: null,
    ...more,
  },
  lookedUp: true,
  trouble: null,
});

const nothing: SetUpResult = { address: ADDRESS, found: null, lookedUp: true, trouble: null };

const parts = ({ form }: Dashboard) => ({
  address: form.getByLabel('Email or user name'),
  password: form.getByLabel('Password', { exact: true }),
  host: form.getByLabel('Server', { exact: true }),
  status: form.getByRole('status'),
  edit: form.getByRole('button', { name: 'Edit', exact: true }),
  save: form.getByRole('button', { name: 'Save', exact: true }),
});

async function trustItsCertificate({ form }: Dashboard): Promise<void> {
  await expect(form).toContainText('The test failed');
  await form.getByRole('button', { name: /^Trust only this certificate/ }).click();
  await expect(form).toContainText('Connected and signed in');
}

test.describe('an address leads to its account', () => {
  test.use({ viewport: { width: 900, height: 600 } });

  test('of Gmail: two fields, and how Gmail wants its password', async ({ opened: dashboard }) => {
    const { page, form } = dashboard;
    const { address, password, status, edit, host } = parts(dashboard);
    await dashboard.openAddForm();
    expect(await fieldsOf(dashboard)).toEqual(['Email or user name']);
    await expect(address).toHaveAccessibleDescription(/Only the domain is told to anybody/);
    await expectNoViolation(page, 'the address alone');

    await page.keyboard.type('robin@gmail.com');
    await page.keyboard.press('Enter');
    await expect(password).toBeFocused();
    await expect(status).toHaveText('imap.gmail.com, port 993, TLS · known to Reprise: Gmail');
    await expect(form).toContainText('Gmail wants an app password');
    expect(await fieldsOf(dashboard)).toEqual(['Email or user name', 'Password']);
    await expectNoViolation(page, 'Gmail');

    await test.step('the password is shown on demand', async () => {
      await page.keyboard.type('of Gmail');
      await expect(password).toHaveAttribute('type', 'password');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await expect(password).toHaveAttribute('type', 'text');
      await form.getByRole('button', { name: 'Hide password' }).click();
      await expect(password).toHaveAttribute('type', 'password');
    });

    await test.step('Edit shows every field as it was found', async () => {
      await edit.click();
      await expect(host).toBeFocused();
      await expect(host).toHaveValue('imap.gmail.com');
      await expect(form.getByLabel('Port')).toHaveValue('993');
      await expect(password).toHaveValue('of Gmail');
      await expect(form).toContainText('Gmail wants an app password');
      await expectNoViolation(page, 'Gmail, edited');
    });

    await test.step('and another domain takes with it what was found for this one', async () => {
      await address.fill('robin@gmail.co');
      await expect(host).toHaveValue('');
      await expect(form).not.toContainText('Gmail wants an app password');
      await address.press('Enter');
      await expect(form).toContainText('Enter the name of the server');
      await expect(host).toBeFocused();
      await expect(password).toHaveValue('of Gmail');
    });
  });

  test('of Gmail, and then a link that is none of IMAP: nothing of Gmail is left', async ({
    opened: dashboard,
  }) => {
    const { page, form } = dashboard;
    const { address, status, host } = parts(dashboard);
    await dashboard.openAddForm();
    await page.keyboard.type('robin@gmail.com');
    await page.keyboard.press('Enter');
    await expect(status).toContainText('imap.gmail.com');
    await address.fill('https://mail.company.example/inbox');
    await expect(address).toHaveAttribute('aria-invalid', 'true');
    await address.fill('robin');
    await address.press('Enter');
    await expect(form).toContainText('Enter the server that your provider names for IMAP.');
    await expect(host).toHaveValue('');
  });

  test('of Outlook: it says that it takes no passwords, and asks for none', async ({
    opened: dashboard,
  }) => {
    const { page, form } = dashboard;
    const { address, status, host, save } = parts(dashboard);
    await dashboard.openAddForm();
    await page.keyboard.type('robin@hotmail.com');
    await page.keyboard.press('Enter');
    await expect(status).toContainText('takes no passwords over IMAP any more');
    await expect(status).toContainText('you sign in at Microsoft, in your browser');
    // Who was in the middle of a password types its rest into no field.
    await page.keyboard.type('ter2');
    await expect(address).toHaveValue('robin@hotmail.com');
    expect(await fieldsOf(dashboard)).toEqual(['Email or user name', 'Client id']);
    await expect(form.getByLabel('Client id')).toHaveValue('');
    await expect(save).toBeHidden();
    await page.keyboard.press('Enter');
    await expect(status).toContainText('takes no passwords');
    await expectNoViolation(page, 'Outlook');
    await dashboard.showFields();
    await expect(host).toHaveValue('outlook.office365.com');
    // For a bridge on this computer.
    await form.getByRole('radio', { name: 'With a password' }).check();
    await expect(form.getByLabel('Password', { exact: true })).toHaveAttribute('type', 'password');
  });

  test('of an own domain that is found: by keyboard alone, from the address to Idle', async ({
    context,
    startReprise,
    dashboard,
    server,
  }) => {
    const answers = await HeldAnswers.instead(context, 'findSettings', () => foundOn(server));
    answers.hold();
    const { page, form } = dashboard;
    const { password, status, save } = parts(dashboard);
    await dashboard.open((await startReprise()).url);
    await dashboard.openAddForm();
    await page.keyboard.type(ADDRESS);
    await page.keyboard.press('Enter');
    await expect(password).toBeFocused();
    await expect(status).toHaveText('Looking for the settings of company.example…');
    await page.keyboard.type(server.password.slice(0, 3));
    // Nothing goes anywhere before it is known where to.
    await page.keyboard.press('Enter');
    await expect(save).toHaveAttribute('aria-disabled', 'true');
    await answers.untilHeld();
    answers.release();
    await expect(status).toHaveText(
      `127.0.0.1, port ${server.port}, TLS · found by autoconfig.company.example’s own settings; the user name there is ${server.user}`,
    );
    await expect(password).toBeFocused();
    await page.keyboard.type(server.password.slice(3));
    expect(await fieldsOf(dashboard)).toEqual(['Email or user name', 'Password']);
    await tabTo(form.getByRole('button', { name: 'Test connection' }));
    await page.keyboard.press('Enter');
    await trustItsCertificate(dashboard);
    await tabTo(save);
    await page.keyboard.press('Enter');
    await expect(form).toBeHidden();
    await expect(dashboard.state(ADDRESS, 'INBOX')).toHaveText('Idle');
    expect(server.loginAttempts.at(-1)).toMatchObject({ user: server.user });
  });

  test('of an own domain that is not found: the fields, in the middle of the password', async ({
    context,
    startReprise,
    dashboard,
  }) => {
    const trouble = 'The domain’s name server did not answer.';
    const answers = await HeldAnswers.instead(context, 'findSettings', () => ({
      ...nothing,
      trouble,
    }));
    answers.hold();
    const { page, form } = dashboard;
    const { password, status, host } = parts(dashboard);
    await dashboard.open((await startReprise()).url);
    await dashboard.openAddForm();
    await page.keyboard.type(`Robin <${ADDRESS}>`);
    await page.keyboard.press('Enter');
    await expect(password).toBeFocused();
    await page.keyboard.type('half of');
    await answers.untilHeld();
    answers.release();
    await expect(status).toHaveText(
      `No settings were found for company.example. ${trouble} Enter the server that your provider names for IMAP.`,
    );
    await expect(password).toBeFocused();
    await page.keyboard.type(' it');
    await expect(password).toHaveValue('half of it');
    await expect(form.getByLabel('Email or user name')).toHaveValue(ADDRESS);
    expect(await fieldsOf(dashboard)).toEqual(['Email or user name', 'Password', 'Server']);
    await expect(host).toHaveAttribute('placeholder', 'imap.company.example');
    await expectNoViolation(page, 'nothing found');

    await test.step('port and security come with the server, the rest on demand', async () => {
      await host.fill('imap.company.example');
      expect(await fieldsOf(dashboard)).toEqual([
        'Email or user name',
        'Password',
        'Server',
        'Port',
        'Security',
      ]);
      await dashboard.unfold();
      expect(await fieldsOf(dashboard)).toEqual([
        'Email or user name',
        'Password',
        'Server',
        'Port',
        'Security',
        'Mailboxes to watch',
        'Sign-in',
        'CA certificate file',
        'Server name for the certificate',
        'Proxy',
        'Name of this account',
      ]);
      await expectNoViolation(page, 'every field');
    });
  });

  test('manually: nobody is asked, and what is wrong in a folded field unfolds it', async ({
    context,
    startReprise,
    dashboard,
    server,
  }) => {
    let asked = 0;
    await HeldAnswers.instead(context, 'findSettings', () => {
      asked += 1;
      return nothing;
    });
    const { page, form } = dashboard;
    const { address, host } = parts(dashboard);
    await dashboard.open((await startReprise()).url);
    await dashboard.openAddForm();
    await dashboard.showFields();
    await expect(address).toBeFocused();
    expect(await fieldsOf(dashboard)).toEqual(['Email or user name', 'Password', 'Server']);
    await page.keyboard.type(ADDRESS);
    await page.keyboard.press('Tab');
    await page.keyboard.type(server.password);
    await host.fill(server.host);
    await form.getByLabel('Port').fill(String(server.port));
    await dashboard.unfold();
    await form.getByLabel('Mailboxes to watch').fill('INBOX, inbox');
    await form.getByRole('button', { name: 'Advanced' }).click();
    await expect(form.getByLabel('Mailboxes to watch')).toBeHidden();
    await dashboard.save();
    await expect(form.getByLabel('Mailboxes to watch')).toBeFocused();
    await expect(form.getByLabel('Mailboxes to watch')).toHaveAccessibleDescription(/named twice/);
    expect(asked).toBe(0);
  });

  test('a user name alone has no domain to ask', async ({ opened: dashboard }) => {
    const { page } = dashboard;
    const { password, status } = parts(dashboard);
    await dashboard.openAddForm();
    await page.keyboard.press('Enter');
    await expect(parts(dashboard).address).toHaveAccessibleDescription(/Enter your e-mail address/);
    await page.keyboard.type('robin');
    await page.keyboard.press('Enter');
    await expect(password).toBeFocused();
    await expect(status).toHaveText('Enter the server that your provider names for IMAP.');
  });
});

test('a server outside of the address’s own domain is named and confirmed before it has the password', async ({
  context,
  startReprise,
  dashboard,
  server,
}) => {
  const host = 'localhost';
  await HeldAnswers.instead(context, 'findSettings', () =>
    foundOn(server, {
      host,
      domain: host,
      foreign: true,
      source: 'srv',
      foundBy: 'company.example',
    }),
  );
  const { page, form } = dashboard;
  const { password, status, host: field } = parts(dashboard);
  const question = page.getByRole('alertdialog');
  await dashboard.open((await startReprise()).url);
  await dashboard.openAddForm();
  await page.keyboard.type(ADDRESS);
  await page.keyboard.press('Enter');
  await expect(status).toContainText(`${host}, port ${server.port}, TLS · found in the DNS of`);
  await expect(status).toContainText(`${host} is not part of company.example.`);
  await expectNoViolation(page, 'a foreign server');
  await password.fill(server.password);

  for (const press of [() => dashboard.testConnection(), () => password.press('Enter')]) {
    await press();
    await expect(question).toContainText(`Send your password to ${host}?`);
    await expectNoViolation(page, 'the question');
    await page.keyboard.press('Escape');
    await expect(question).toBeHidden();
    await expect(form).toBeVisible();
  }
  expect(server.stats().connections).toBe(0);

  await test.step('also where it was looked at in its field, and not where another was typed', async () => {
    await form.getByRole('button', { name: 'Edit', exact: true }).click();
    await dashboard.testConnection();
    await question.getByRole('button', { name: 'Do not send it' }).click();
    await field.fill('127.0.0.1');
    await dashboard.testConnection();
    await expect(form).toContainText('The test failed');
    expect(server.loginAttempts).toEqual([]);
    await field.fill(host);
  });

  await test.step('confirmed once, it is asked no more', async () => {
    await dashboard.testConnection();
    await question.getByRole('button', { name: 'Send it there' }).click();
    await trustItsCertificate(dashboard);
    await dashboard.save();
    await expect(question).toBeHidden();
    await expect(form).toBeHidden();
  });
});

test('no other question stands in for that, and a yes is for one address', async ({
  context,
  startReprise,
  dashboard,
  server,
}) => {
  await HeldAnswers.instead(context, 'findSettings', (typed) => {
    const address = String(typed);
    const isOwn = address.endsWith('@own.example');
    const foreign = { host: 'localhost', domain: 'localhost', foreign: true };
    return { ...foundOn(server, isOwn ? {} : foreign), address };
  });
  const { page, form } = dashboard;
  const { address, password, status } = parts(dashboard);
  const question = page.getByRole('alertdialog');
  await dashboard.open((await startReprise()).url);
  await dashboard.openAddForm();
  const findFor = async (user: string) => {
    await address.fill(user);
    await address.press('Enter');
    await expect(status).toContainText(', TLS · found');
    await password.fill(server.password);
  };
  await findFor('robin@own.example');
  await dashboard.testConnection();
  await trustItsCertificate(dashboard);
  const attempts = server.loginAttempts.length;

  await findFor('robin@company.example');
  await dashboard.testConnection();
  await question.getByRole('button', { name: 'Remove the certificate' }).click();
  await expect(question).toContainText('Send your password to localhost?');
  await question.getByRole('button', { name: 'Send it there' }).click();
  await expect(form).toContainText('The test failed');

  await findFor('robin@firm.example');
  await dashboard.testConnection();
  await expect(question).toContainText('Send your password to localhost?');
  expect(server.loginAttempts).toHaveLength(attempts);
});

test('the domain’s name is seen whole, however long it is', async ({
  context,
  startReprise,
  dashboard,
  server,
}) => {
  const host = `${['imap', 'x'.repeat(63), 'y'.repeat(63), 'z'.repeat(50)].join('.')}.example`;
  await HeldAnswers.instead(context, 'findSettings', () =>
    foundOn(server, { host, domain: host, foreign: true, foundBy: host }),
  );
  const { page } = dashboard;
  await page.setViewportSize({ width: 900, height: 600 });
  const { status, password } = parts(dashboard);
  await dashboard.open((await startReprise()).url);
  await dashboard.openAddForm();
  await page.keyboard.type(ADDRESS);
  await page.keyboard.press('Enter');
  await expect(status).toContainText(host);
  const isWhole = (text: string) =>
    page.evaluate((text) => {
      const within = [...document.querySelectorAll('p, h2')].filter((element) =>
        element.textContent.includes(text),
      );
      return within.map(
        (element) =>
          element.scrollWidth <= element.clientWidth &&
          getComputedStyle(element).textOverflow !== 'ellipsis',
      );
    }, text);
  expect(new Set(await isWhole(host))).toEqual(new Set([true]));
  await password.fill('secret');
  await dashboard.testConnection();
  await expect(page.getByRole('alertdialog')).toContainText(host);
  expect(new Set(await isWhole(host))).toEqual(new Set([true]));
});

test.describe('an answer that comes too late', () => {
  test('for an address that is another one by then fills in nothing', async ({
    context,
    startReprise,
    dashboard,
    server,
  }) => {
    const answers = await HeldAnswers.instead(context, 'findSettings', (address) =>
      address === ADDRESS ? foundOn(server) : { ...nothing, address: String(address) },
    );
    answers.hold();
    const { page, form } = dashboard;
    const { address, password, status, host } = parts(dashboard);
    await dashboard.open((await startReprise()).url);
    await dashboard.openAddForm();
    await page.keyboard.type(ADDRESS);
    await page.keyboard.press('Enter');
    await page.keyboard.type('of the company');
    await answers.untilHeld();
    await address.fill('robin@other.example');
    answers.release();
    await expect(form.getByRole('button', { name: 'Continue' })).toBeVisible();
    await expect(status).toBeEmpty();
    await address.press('Enter');
    await expect(status).toContainText('No settings were found for other.example.');
    await expect(host).toHaveValue('');
    // Nothing is lost by it.
    await expect(password).toHaveValue('of the company');
  });

  test('never goes over what was typed meanwhile', async ({
    context,
    startReprise,
    dashboard,
    server,
  }) => {
    const answers = await HeldAnswers.instead(context, 'findSettings', () => foundOn(server));
    answers.hold();
    const { page, form } = dashboard;
    const { host, password } = parts(dashboard);
    await dashboard.open((await startReprise()).url);
    await dashboard.openAddForm();
    await page.keyboard.type(ADDRESS);
    await page.keyboard.press('Enter');
    await answers.untilHeld();
    await dashboard.showFields();
    await expect(password).toBeFocused();
    await host.fill('mine.company.example');
    answers.release();
    // An answer that comes after it.
    await dashboard.save();
    await expect(form).toContainText('Enter the password');
    await expect(host).toHaveValue('mine.company.example');
    await expect(form.getByLabel('Port')).toHaveValue('993');
  });

  test('for a form that is closed opens nothing', async ({
    context,
    startReprise,
    dashboard,
    server,
  }) => {
    const answers = await HeldAnswers.instead(context, 'findSettings', () => foundOn(server));
    answers.hold();
    const { page, form } = dashboard;
    await dashboard.open((await startReprise()).url);
    await dashboard.openAddForm();
    await page.keyboard.type(ADDRESS);
    await page.keyboard.press('Enter');
    await answers.untilHeld();
    await dashboard.discardForm();
    answers.release();
    await dashboard.openAddForm();
    expect(await fieldsOf(dashboard)).toEqual(['Email or user name']);
    await expect(form.getByLabel('Email or user name')).toHaveValue('');
  });
});

test('an address that is none is said at the field, and nothing is lost', async ({
  opened: dashboard,
}) => {
  const { page } = dashboard;
  const { address } = parts(dashboard);
  await dashboard.openAddForm();
  const cases: readonly [string, RegExp][] = [
    ['robin smith@company.example', /has no spaces/],
    ['robin@smith@company.example', /more than one @/],
    ['robin@', /part after the @ is missing/],
    ['@company.example', /part before the @ is missing/],
    ['"robin@company.example', /not an e-mail address/],
    ['robin@company..example', /not the name of a domain/],
  ];
  for (const [typed, sentence] of cases) {
    await address.fill(typed);
    await address.press('Enter');
    await expect(address).toHaveAccessibleDescription(sentence);
    await expect(address).toHaveAttribute('aria-invalid', 'true');
    await expect(address).toBeFocused();
    await expect(address).toHaveValue(typed);
  }
  await expectNoViolation(page, 'a bad address');
  await page.keyboard.press('End');
  await page.keyboard.type('x');
  await expect(address).toHaveAttribute('aria-invalid', 'false');
});

test('the program itself finds an own domain by its file, and says whose word that is', async ({
  startReprise,
  dashboard,
}) => {
  const pages = {
    'autoconfig.company.example/mail/config-v1.1.xml': settingsFile('imap.company.example'),
    'autoconfig.elsewhere.example/mail/config-v1.1.xml': settingsFile('imap.hoster.example'),
  };
  const { page } = dashboard;
  const { address, status, password } = parts(dashboard);
  await dashboard.open((await startReprise({ internet: { pages } })).url);
  await dashboard.openAddForm();
  await page.keyboard.type(ADDRESS);
  await page.keyboard.press('Enter');
  await expect(status).toHaveText(
    'imap.company.example, port 993, TLS · found by autoconfig.company.example’s own settings',
  );
  await address.fill('robin@elsewhere.example');
  await address.press('Enter');
  await expect(status).toContainText(
    'imap.hoster.example belongs to hoster.example, not to elsewhere.example.',
  );
  await password.fill('secret');
  await dashboard.testConnection();
  await expect(page.getByRole('alertdialog')).toContainText(
    'Send your password to hoster.example?',
  );
  await page.keyboard.press('Escape');
  await address.fill('robin@nowhere.example');
  await address.press('Enter');
  await expect(status).toContainText('No settings were found for nowhere.example.');
});

test('a test says what it is at while it waits for a server', async ({ opened: dashboard }) => {
  await using server = await startImapServer({ script: { login: fault.hang } });
  const { page, form } = dashboard;
  await dashboard.fillForm(accountOn(server, 'Work'));
  await dashboard.testConnection();
  await expect(form).toContainText('Testing: signing in…');
  await expect(form.locator('li[data-state="done"]')).toHaveText(['Look up', 'Connect', 'TLS']);
  await expect(form.locator('li[data-state="now"]')).toHaveText('Sign in');
  await expect(form.locator('li[data-state="ahead"]')).toHaveText('Mailboxes');
  await expectNoViolation(page, 'a test under way');
});

test('with look-ups switched off nobody is asked, and that is said', async ({
  opened: dashboard,
}) => {
  const { page, form } = dashboard;
  const { address, status, host } = parts(dashboard);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  const lookUps = page.getByRole('switch', { name: 'Look up the settings of new accounts' });
  await expect(lookUps).toBeChecked();
  await expect(page.getByText('Nobody is told more than the domain.')).toBeVisible();
  await lookUps.click();
  await expect(lookUps).not.toBeChecked();
  await page.getByRole('button', { name: 'Close settings' }).click();

  await dashboard.openAddForm();
  await expect(address).toHaveAccessibleDescription(/Look-ups are switched off in Settings/);
  await page.keyboard.type(ADDRESS);
  await page.keyboard.press('Enter');
  await expect(status).toHaveText(
    'Reprise does not know company.example, and look-ups are switched off in Settings. Enter the server that your provider names for IMAP.',
  );
  await expect(host).toBeVisible();
  // What Reprise knows by itself it fills in all the same.
  await dashboard.discardForm();
  await dashboard.openAddForm();
  await page.keyboard.type('robin@gmail.com');
  await page.keyboard.press('Enter');
  await expect(status).toContainText('imap.gmail.com');
  await expect(form.getByRole('button', { name: 'Edit', exact: true })).toBeVisible();
});
