/**
 * Electron's own security checklist, every item in its order and by its name:
 * https://www.electronjs.org/docs/latest/tutorial/security#checklist-security-recommendations
 */
import { readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { helpLinks } from '../core/set-up/providers.ts';
import { packageConfig } from '../build/package-config.ts';
import { menuTemplate } from './window.ts';
import { PAGE_ORIGIN, PAGE_URL } from './page-protocol.ts';
import { pageScheme } from './page-protocol.ts';
import { StandInEvent } from './testing/stand-in-parts.ts';
import { makeBuiltProgram, shellWithWindow } from './testing/shell.ts';

let appPath: string;
beforeEach(async () => {
  appPath = await makeBuiltProgram();
});
afterEach(() => rm(appPath, { recursive: true }));

const packageFile = (name: string) =>
  readFile(createRequire(import.meta.url).resolve(`electron/${name}`), 'utf8');

type Shell = Awaited<ReturnType<typeof shellWithWindow>>;

/** Each answer of the page's protocol, with its policy by directive. */
async function policies({ fetchPage }: Shell): Promise<Map<string, string>[]> {
  const answers = await Promise.all([
    fetchPage(PAGE_URL),
    fetchPage(`${PAGE_URL}nothing`),
    fetchPage(PAGE_URL, 'POST'),
    fetchPage('app://other/'),
  ]);
  return answers.map(({ headers }) => {
    const directives = (headers.get('content-security-policy') ?? '').split('; ');
    return new Map(
      directives.map((text) => [text.split(' ', 1)[0] ?? '', text.replace(/^\S+ ?/, '')] as const),
    );
  });
}

/** Whether an event of the window's page is prevented. */
function isPrevented({ window }: Shell, name: string, details: object = {}): boolean {
  const event = Object.assign(new StandInEvent(), details);
  window.webContents.emit(name, event);
  return event.defaultPrevented;
}

const preferences = ({ window }: Shell) => window.options.webPreferences ?? {};

describe('Electron’s security checklist', () => {
  it('1. only secure content is loaded: what is in the package, and nothing else', async () => {
    const shell = await shellWithWindow(appPath);
    expect(shell.window.loaded).toEqual([PAGE_URL]);
    for (const policy of await policies(shell)) {
      for (const sources of policy.values())
        expect(sources).toMatch(/^('none'|'self'( data:)?|'script')$/);
    }
  });

  it('2. Node is not integrated', async () => {
    expect(preferences(await shellWithWindow(appPath))).toMatchObject({
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
    });
  });

  it('3. contexts are isolated', async () => {
    expect(preferences(await shellWithWindow(appPath))).toMatchObject({ contextIsolation: true });
  });

  it('4. every process is sandboxed, decided before Electron is ready', async () => {
    const shell = await shellWithWindow(appPath);
    expect(preferences(shell)).toMatchObject({ sandbox: true });
    expect(shell.order.indexOf('enableSandbox')).toBeGreaterThanOrEqual(0);
    expect(shell.order.indexOf('enableSandbox')).toBeLessThan(shell.order.indexOf('ready'));
  });

  it('5. permissions are refused, all that Electron knows but two, and these to our page alone', async () => {
    const { permissions } = await shellWithWindow(appPath);
    const declared =
      /setPermissionRequestHandler\(handler: [^']*permission: ((?:'[\w-]+' ?\|? ?)+)/;
    const [, union = ''] = declared.exec(await packageFile('electron.d.ts')) ?? [];
    const all = [...union.matchAll(/'([\w-]+)'/g)].map(([, name = '']) => name);
    expect(all.length).toBeGreaterThan(30);
    const granted = (requestingUrl: string, isMainFrame: boolean) => {
      const requested = all.filter((permission) => {
        let isGranted = true;
        const decide = (answer: boolean) => (isGranted = answer);
        permissions.request?.(null, permission, decide, { requestingUrl, isMainFrame });
        return isGranted;
      });
      const checked = all.filter(
        (permission) =>
          permissions.check?.(null, permission, requestingUrl, { isMainFrame }) ?? true,
      );
      return [...new Set([...requested, ...checked])];
    };
    expect(granted(PAGE_URL, true)).toEqual(['clipboard-sanitized-write', 'notifications']);
    expect(granted(PAGE_URL, false)).toEqual([]);
    expect(granted('https://evil.example/', true)).toEqual([]);
    expect(granted('app://reprise.evil.example/', true)).toEqual([]);
    expect(permissions.device?.({})).toBe(false);
  });

  it('6. web security is on', async () => {
    expect(preferences(await shellWithWindow(appPath))).toMatchObject({ webSecurity: true });
  });

  it('7. a policy allows our own files and nothing else, on every answer', async () => {
    for (const policy of await policies(await shellWithWindow(appPath))) {
      expect(Object.fromEntries(policy)).toEqual({
        'default-src': "'none'",
        'script-src': "'self'",
        'worker-src': "'none'",
        'style-src': "'self'",
        'img-src': "'self' data:",
        'font-src': "'self'",
        'connect-src': "'self'",
        'base-uri': "'none'",
        'form-action': "'none'",
        'frame-ancestors': "'none'",
        'require-trusted-types-for': "'script'",
        'trusted-types': "'none'",
      });
    }
  });

  it('8. insecure content is not run', async () => {
    expect(preferences(await shellWithWindow(appPath))).toMatchObject({
      allowRunningInsecureContent: false,
    });
  });

  it('9. experimental features are off', async () => {
    expect(preferences(await shellWithWindow(appPath))).toMatchObject({
      experimentalFeatures: false,
    });
  });

  it('10. no Blink feature is switched on', async () => {
    const options = preferences(await shellWithWindow(appPath));
    expect(options).not.toHaveProperty('enableBlinkFeatures');
    expect(options).not.toHaveProperty('additionalArguments');
  });

  it('11. there is no webview that could open windows', async () => {
    expect(preferences(await shellWithWindow(appPath))).toMatchObject({ webviewTag: false });
  });

  it('12. a webview is refused before it is made', async () => {
    expect(isPrevented(await shellWithWindow(appPath), 'will-attach-webview')).toBe(true);
  });

  it.each([
    'https://evil.example/',
    'http://127.0.0.1:7993/',
    'file:///etc/passwd',
    'app://reprise.evil.example/',
    'app://reprise@evil.example/',
    'app://reprise/../other',
    'app://other/',
    'APP://REPRISE/',
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:app://reprise/x',
    'about:blank',
    'chrome://gpu',
    'devtools://devtools/',
  ])('13. the page does not navigate: %s', async (url) => {
    const shell = await shellWithWindow(appPath);
    expect(isPrevented(shell, 'will-frame-navigate', { url, isMainFrame: true })).toBe(true);
    expect(isPrevented(shell, 'will-frame-navigate', { url, isMainFrame: false })).toBe(true);
    expect(isPrevented(shell, 'will-redirect', { url, isMainFrame: true })).toBe(true);
    const reload = { url: PAGE_URL, isMainFrame: true };
    expect(isPrevented(shell, 'will-frame-navigate', reload)).toBe(false);
  });

  it('14. no window is opened, by any page that is ever made here', async () => {
    const shell = await shellWithWindow(appPath);
    void new shell.electron.BrowserWindow({});
    expect(shell.windows).toHaveLength(2);
    for (const window of shell.windows) {
      for (const url of [PAGE_URL, 'about:blank', 'https://evil.example/', '']) {
        expect(window.webContents.openHandler?.({ url })).toEqual({ action: 'deny' });
      }
    }
  });

  it('15. only known help pages are opened outside, compared whole, all of them by https', async () => {
    for (const link of helpLinks) expect(link).toMatch(/^https:\/\/[\w.-]+\//);
    const shell = await shellWithWindow(appPath, {}, { helpLinks });
    const [known = ''] = helpLinks;
    const tried = [
      `${known}?leak=1`,
      `${known}#x`,
      `${known}/`,
      known.replace('https', 'http'),
      known.replace('https://', 'https://evil.example/'),
      'file:///etc/passwd',
      'smb://evil.example/share',
      'ms-msdt:/id',
      'javascript:alert(1)',
      '',
    ];
    for (const url of [...tried, known]) shell.window.webContents.openHandler?.({ url });
    expect(shell.openedLinks).toEqual([known]);
  });

  it('15. the page of a sign-in is opened outside while one waits there, compared whole', async () => {
    const shell = await shellWithWindow(appPath);
    const url = 'https://auth.example/authorize?state=x&code_challenge=y';
    const open = (page: string) => shell.window.webContents.openHandler?.({ url: page });
    open(url);
    shell.engine.signInPages.add(url);
    for (const other of [`${url}&leak=1`, `${url}#x`, 'https://auth.example/authorize'])
      open(other);
    expect(shell.openedLinks).toEqual([]);
    expect(open(url)).toEqual({ action: 'deny' });
    shell.engine.signInPages.clear();
    open(url);
    expect(shell.openedLinks).toEqual([url]);
    expect(shell.engine.warnings).toEqual([]);
  });

  it('15. a system that opens no page is said, in the page that is there', async () => {
    const shell = await shellWithWindow(appPath, { hasNoBrowser: true });
    shell.engine.signInPages.add('https://auth.example/');
    shell.window.webContents.openHandler?.({ url: 'https://auth.example/' });
    await setImmediate();
    expect(shell.engine.warnings).toEqual([expect.stringContaining('Choose a default browser')]);
  });

  it('16. Electron is pinned exactly, to a version that is no older than what this was made for', async () => {
    const { version } = JSON.parse(await packageFile('package.json')) as { version: string };
    const manifest = JSON.parse(
      await readFile(new URL('../../package.json', import.meta.url), 'utf8'),
    ) as { devDependencies: Record<string, string> };
    expect(manifest.devDependencies['electron']).toBe(version);
    expect(Number(version.split('.', 1)[0])).toBeGreaterThanOrEqual(45);
  });

  it('17. the only message that is heard is heard from our page alone', async () => {
    const shell = await shellWithWindow(appPath);
    expect(shell.ipcMain.eventNames()).toEqual(['reprise:connect']);
    const own = shell.loadPage(shell.window, PAGE_ORIGIN);
    const inside = shell.loadPage(shell.window, PAGE_ORIGIN, true);
    inside.finishLoading();
    expect(inside.ports).toEqual([]);
    own.finishLoading();
    expect(own.ports).toHaveLength(1);
    const foreign = shell.loadPage(shell.window, 'https://evil.example');
    foreign.finishLoading();
    expect(foreign.ports).toEqual([]);
    expect(shell.engine.ends).toHaveLength(1);
    for (const port of own.ports) port.close();
  });

  it('18. the page is no file: its scheme has an origin, and no privilege that http has not', () => {
    expect(PAGE_URL).toBe('app://reprise/');
    expect(pageScheme).toEqual({
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true },
    });
  });

  it.each([
    'app://reprise/../../package.json',
    'app://reprise/%2e%2e/%2e%2e/package.json',
    'app://reprise/%2e%2e%2f%2e%2e%2fpackage.json',
    'app://reprise/%252e%252e%252fpackage.json',
    'app://reprise/..%5c..%5cpackage.json',
    'app://reprise/..\\..\\package.json',
    'app://reprise/%c0%ae%c0%ae/package.json',
    'app://reprise/%00',
    'app://reprise//etc/passwd',
    'app://reprise/index.html',
    'app://reprise/__proto__',
    'app://reprise:1/',
    'app://REPRISE.evil/',
  ])('18. nothing but the built page is served: %s', async (url) => {
    const { fetchPage } = await shellWithWindow(appPath);
    const answer = await fetchPage(url);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe('There is nothing here.');
  });

  it('19. every fuse is set, none left as Electron comes', () => {
    expect(packageConfig('').electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
      resetAdHocDarwinSignature: true,
    });
  });

  it('20. the page is given the name of its shell, and nothing of Electron', async () => {
    const { loadPage, window } = await shellWithWindow(appPath);
    const page = loadPage(window, PAGE_ORIGIN);
    expect(page.exposed).toEqual({ reprise: { shell: 'electron' } });
  });
});

describe('beyond the checklist', () => {
  it('a packaged program has no developer tools, by option or by menu', async () => {
    const shell = await shellWithWindow(appPath, { isPackaged: true });
    expect(preferences(shell)).toMatchObject({ devTools: false });
    for (const platform of ['linux', 'darwin', 'win32'] as const) {
      const menu = JSON.stringify(menuTemplate(platform, true));
      expect(menu).not.toMatch(/toggleDevTools|reload/i);
    }
  });

  it('a file that is dropped on the window is not shown, and no dictionary is fetched', async () => {
    expect(preferences(await shellWithWindow(appPath))).toMatchObject({
      navigateOnDragDrop: false,
      spellcheck: false,
    });
  });

  it('the lock that keeps it one program is taken before anything is registered or read', async () => {
    const { order } = await shellWithWindow(appPath);
    expect(order[0]).toBe('requestSingleInstanceLock');
  });
});
