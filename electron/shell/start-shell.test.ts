import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RepriseError } from '../../shared/errors.ts';
import type { AccountId } from '../../shared/model.ts';
import type { Patch } from '../../shared/state.ts';
import { connectEngine, type ClientEnd } from '../../shared/rpc.ts';
import { AuthorityWatch } from '../core/accounts/index.ts';
import type { App } from '../core/app.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import { lineLog } from '../core/log/index.ts';
import { lockFolder } from '../core/storage/folder-lock.ts';
import { TestClock } from '../core/testing/clock.ts';
import type { StandInPage } from './testing/electron-stand-in.ts';
import { pageChannel } from './testing/page-channel.ts';
import { PAGE_ORIGIN } from './page-protocol.ts';
import { StandInEvent, type StandInWindow } from './testing/stand-in-parts.ts';
import {
  makeBuiltProgram,
  shellWithWindow,
  startedShell,
  type ShellSetUp,
} from './testing/shell.ts';

let appPath: string;
const clients: ClientEnd[] = [];

beforeEach(async () => {
  appPath = await makeBuiltProgram();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await rm(appPath, { recursive: true });
});

function setUp(...[circumstances, overrides]: Partial<ShellSetUp>) {
  return startedShell(appPath, circumstances, overrides);
}

async function setUpWindow(...[circumstances, overrides]: Partial<ShellSetUp>) {
  return shellWithWindow(appPath, circumstances, overrides);
}

function connect(page: StandInPage, patches: Patch[] = []) {
  const [port] = page.ports;
  if (port === undefined) throw new Error('The page was given no port.');
  const patched = Promise.withResolvers<void>();
  const client = connectEngine(pageChannel(port), {
    patch: (patch) => {
      patches.push(patch);
      patched.resolve();
      return Promise.resolve();
    },
  });
  clients.push(client);
  return { ...client, patched: patched.promise };
}

describe('starting', () => {
  it('does what must be done before Electron is ready before it is', async () => {
    const { order, becomeReady, started, windows } = setUp();
    expect(order).toEqual([
      'requestSingleInstanceLock',
      'registerSchemesAsPrivileged',
      'enableSandbox',
    ]);
    expect(windows).toEqual([]);
    becomeReady();
    await started;
    expect(windows).toHaveLength(1);
  });

  it('gives the engine what it needs', async () => {
    const { engine, paths } = await setUpWindow();
    expect(engine.deps).toMatchObject({
      version: '1.2.3',
      shell: 'electron',
      dataDir: paths.get('userData'),
      demoOnly: false,
      protector: { protection: { kind: 'memory' } },
    });
  });

  it('tells the engine which proxies the system has for a server', async () => {
    const proxies = 'PROXY a.example:8080; SOCKS5 [2001:db8::1]:1080; DIRECT';
    const { engine, order } = await setUpWindow({ proxies });
    const hops = await engine.deps?.systemProxies?.({ host: '2001:db8::2', port: 993 });
    expect(hops).toEqual([
      { kind: 'http', host: 'a.example', port: 8080, signIn: null },
      { kind: 'socks5', host: '2001:db8::1', port: 1080, signIn: null },
      { kind: 'straight' },
    ]);
    expect(order).toContain('resolveProxy https://[2001:db8::2]:993/');
  });

  it('has the authorities of the system read in a utility process, whose word reaches the engine', async () => {
    const { engine, utilityProcesses } = await setUpWindow();
    const printed: string[] = [];
    const start = engine.deps?.startReader;
    if (start === undefined) throw new Error('Nobody reads the authorities.');
    const log = lineLog(
      (line) => printed.push(line),
      () => new Date(0),
    );
    const watch = new AuthorityWatch({
      clock: new TestClock(),
      log,
      start,
      onChange: () => undefined,
    });
    const read = watch.read();
    const [reader] = utilityProcesses;
    expect(reader).toMatchObject({
      file: expect.stringMatching(/authorities-process\.(?:ts|cjs)$/) as unknown,
      args: [],
      stdio: 'ignore',
    });
    reader?.emit('message', 'too-many');
    await read;
    expect(reader?.isKilled).toBe(true);
    watch.close();
    expect(printed.join('')).toContain('too many');
  });

  it('takes another data folder before it takes the lock, which is in that folder', async () => {
    const elsewhere = join(appPath, 'elsewhere');
    const { engine, order } = await setUpWindow({}, { args: ['.', `--data-dir=${elsewhere}`] });
    expect(engine.deps?.dataDir).toBe(elsewhere);
    expect(order.slice(0, 2)).toEqual(['setPath', 'requestSingleInstanceLock']);
  });

  it('makes a data folder that is not there: Electron refuses one that is missing', async () => {
    const { paths } = await setUpWindow({}, { args: [`--data-dir=${join(appPath, 'a', 'b')}`] });
    expect((await stat(paths.get('userData') ?? '')).mode & 0o777).toBe(0o700);
  });

  it('closes a data folder to other users before Electron writes there, and says so on the page', async () => {
    const dataDir = join(appPath, 'open');
    await mkdir(dataDir);
    await writeFile(join(dataDir, 'accounts.json'), '');
    await chmod(dataDir, 0o755);
    const shell = setUp({}, { args: [`--data-dir=${dataDir}`] });
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    shell.becomeReady();
    await shell.started;
    expect((await stat(join(dataDir, 'accounts.json'))).mode & 0o777).toBe(0o600);
    expect(shell.engine.deps?.repaired).toEqual([
      `The data folder ${dataDir} was open to other users of this machine. It is for you alone now.`,
      expect.stringContaining('accounts.json'),
    ]);
  });

  it('says so of a data folder that cannot be made, and ends', async () => {
    await writeFile(join(appPath, 'file'), '');
    const dataDir = join(appPath, 'file', 'below');
    const { errorBoxes, exited, order } = setUp({}, { args: [`--data-dir=${dataDir}`] });
    expect(await exited).toBe(1);
    expect(errorBoxes).toEqual([
      `The data folder ${dataDir} cannot be used: a part of this path is a file, not a folder. Start Reprise with --data-dir.`,
    ]);
    expect(order).toEqual([]);
  });

  it('tells Windows whose notifications these are', () => {
    const own = 'setAppUserModelId app.reprise.desktop';
    expect(setUp({}, { platform: 'win32' }).order[0]).toBe(own);
    expect(setUp({}, { platform: 'linux' }).order).not.toContain(own);
  });

  it('keeps a demo away from the user’s folder, and leaves nothing of it behind', async () => {
    const { engine, quit, exited } = await setUpWindow({}, { args: ['.', '--demo'] });
    expect(engine.deps).toMatchObject({ demoOnly: true });
    const dataDir = engine.deps?.dataDir ?? '';
    expect(dataDir).toContain(join(tmpdir(), 'reprise-demo-'));
    await writeFile(join(dataDir, 'Preferences'), '{}');
    quit();
    await exited;
    await expect(stat(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves nothing of a demo behind that could not start either', async () => {
    const { paths, becomeReady, exited } = setUp(
      {},
      { args: ['.', '--demo'], createApp: () => Promise.reject(new Error('no port is free')) },
    );
    const dataDir = paths.get('userData') ?? '';
    expect((await stat(dataDir)).isDirectory()).toBe(true);
    becomeReady();
    expect(await exited).toBe(1);
    await expect(stat(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('keeps a folder that the user named, for a demo too', async () => {
    const own = join(appPath, 'own');
    await mkdir(own);
    const { quit, exited } = await setUpWindow({}, { args: ['.', '--demo', `--data-dir=${own}`] });
    quit();
    await exited;
    expect((await stat(own)).isDirectory()).toBe(true);
  });

  it('leaves the stage to an instance that is there already, and is shown by it', async () => {
    const second = setUp({ isFirstInstance: false });
    expect(await second.exited).toBe(0);
    await second.started;
    expect(second.engine.deps).toBeNull();

    const first = await setUpWindow();
    first.app.emit('second-instance');
    expect(first.window.calls).toEqual(['restore', 'focus']);
  });

  it('opens a window for another instance where macOS has none left', async () => {
    const { app, window, windows } = await setUpWindow({}, { platform: 'darwin' });
    window.emit('closed');
    app.emit('second-instance');
    expect(windows).toHaveLength(2);
  });

  it('logs out where Windows ends the session without asking it to quit', async () => {
    const { window, engine } = await setUpWindow({}, { platform: 'win32' });
    window.emit('session-end', new StandInEvent());
    expect(engine.closed).toBe(1);
  });

  it.each([
    ['Reload', 1, 0],
    ['Quit', 0, 1],
  ])(
    'offers to load the page anew when its process has ended: %s',
    async (answer, reloads, ends) => {
      const { window, engine, order } = await setUpWindow({ answer });
      window.webContents.emit('render-process-gone', new StandInEvent(), { reason: 'crashed' });
      await new Promise(setImmediate);
      expect(order.at(-1)).toBe('asked: Reload, Quit');
      expect(window.webContents.reloads).toBe(reloads);
      expect(engine.closed).toBe(ends);
    },
  );

  it('leaves a data folder alone on which a Reprise in the browser works', async () => {
    const shell = setUp();
    const dataDir = shell.paths.get('userData') ?? '';
    await mkdir(dataDir);
    {
      using lock = lockFolder(dataDir);
      expect(lock).toBeDefined();
      shell.becomeReady();
      expect(await shell.exited).toBe(1);
    }
    expect(shell.errorBoxes).toEqual([expect.stringContaining('already running')]);
    expect(shell.engine.deps).toBeNull();
  });

  it('keeps others from its data folder until it has ended', async () => {
    const { paths, quit, exited } = await setUpWindow();
    const dataDir = paths.get('userData') ?? '';
    expect(() => lockFolder(dataDir)).toThrow('already running');
    quit();
    await exited;
    using lock = lockFolder(dataDir);
    expect(lock).toBeDefined();
  });

  it('says why the engine could not start', async () => {
    const message = 'These settings are of a newer Reprise.';
    const { becomeReady, exited, errorBoxes, windows } = setUp(
      {},
      { createApp: () => Promise.reject(new RepriseError('storage', message)) },
    );
    becomeReady();
    expect(await exited).toBe(1);
    expect(errorBoxes).toEqual([message]);
    expect(windows).toEqual([]);
  });

  it('says how to build the interface where it is not', async () => {
    await rm(join(appPath, 'dist'), { recursive: true });
    const { becomeReady, exited, errorBoxes } = setUp();
    becomeReady();
    expect(await exited).toBe(1);
    expect(errorBoxes).toEqual([expect.stringContaining('Run "npm run build"')]);
  });
});

describe('a packaged program without Chromium’s sandbox', () => {
  it('does not start, and says what to do: an AppImage leaves it out where the system denies it', async () => {
    const { becomeReady, exited, errorBoxes, engine } = setUp({
      isPackaged: true,
      switches: ['no-sandbox'],
    });
    becomeReady();
    expect(await exited).toBe(1);
    expect(errorBoxes).toEqual([expect.stringContaining('Install the .deb package')]);
    expect(engine.deps).toBeNull();
  });

  it('starts while it is being worked on', async () => {
    const { windows } = await setUpWindow({ switches: ['no-sandbox'] });
    expect(windows).toHaveLength(1);
  });
});

describe('the window', () => {
  it('keeps Node and the program apart from the page', async () => {
    const { window } = await setUpWindow();
    expect(window.options.webPreferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
    });
    expect(window.options.webPreferences?.preload).toBe(
      join(appPath, 'dist', 'shell', 'preload.cjs'),
    );
    expect(window.loaded).toEqual(['app://reprise/']);
  });

  it('is shown when it has something to show', async () => {
    const { window } = await setUpWindow();
    expect(window.calls).toEqual([]);
    window.emit('ready-to-show');
    expect(window.calls).toEqual(['show']);
  });

  it.each([
    'https://evil.example/',
    'file:///etc/passwd',
    'app://reprise.evil.example/',
    'app://other/',
    'app://reprise/assets/x.html',
    'javascript:alert(1)',
    'data:text/html,x',
    'about:blank',
  ])('is not led away to %s', async (url) => {
    const { window } = await setUpWindow();
    const details = Object.assign(new StandInEvent(), { url, isMainFrame: true });
    window.webContents.emit('will-frame-navigate', details);
    expect(details.defaultPrevented).toBe(true);
  });

  it('may load itself anew, but nothing in a frame', async () => {
    const { window } = await setUpWindow();
    const reload = Object.assign(new StandInEvent(), {
      url: 'app://reprise/#x',
      isMainFrame: true,
    });
    window.webContents.emit('will-frame-navigate', reload);
    expect(reload.defaultPrevented).toBe(false);
    const frame = Object.assign(new StandInEvent(), { url: 'app://reprise/', isMainFrame: false });
    window.webContents.emit('will-frame-navigate', frame);
    expect(frame.defaultPrevented).toBe(true);
  });

  it('follows no redirect and holds no webview', async () => {
    const { window } = await setUpWindow();
    for (const name of ['will-redirect', 'will-attach-webview']) {
      const event = new StandInEvent();
      window.webContents.emit(name, event);
      expect(event.defaultPrevented).toBe(true);
    }
  });

  it('opens no other window; known help pages open in the browser', async () => {
    const { window, openedLinks } = await setUpWindow();
    for (const url of [
      'https://evil.example/',
      'https://support.example/app-passwords?leak=1',
      'https://support.example/app-passwords',
      'file:///etc/passwd',
      'app://reprise/',
    ]) {
      expect(window.webContents.openHandler?.({ url })).toEqual({ action: 'deny' });
    }
    expect(openedLinks).toEqual(['https://support.example/app-passwords']);
  });

  it('gets no permission but to copy text and to notify', async () => {
    const { permissions } = await setUpWindow();
    const ask = (permission: string, requestingUrl: string, isMainFrame: boolean) => {
      const answers: boolean[] = [];
      permissions.request?.(null, permission, (isGranted) => answers.push(isGranted), {
        requestingUrl,
        isMainFrame,
      });
      answers.push(permissions.check?.(null, permission, requestingUrl, { isMainFrame }) ?? true);
      return answers;
    };
    for (const permission of ['media', 'geolocation', 'push', 'clipboard-read', 'usb']) {
      expect(ask(permission, 'app://reprise/', true)).toEqual([false, false]);
    }
    for (const permission of ['clipboard-sanitized-write', 'notifications']) {
      expect(ask(permission, 'app://reprise/', true)).toEqual([true, true]);
      expect(ask(permission, 'app://reprise/', false)).toEqual([false, false]);
      expect(ask(permission, 'https://evil.example/', true)).toEqual([false, false]);
    }
    expect(permissions.device?.({})).toBe(false);
  });
});

describe('the page', () => {
  it('is served in the theme that is chosen, before any script runs', async () => {
    await writeFile(join(appPath, 'dist', 'renderer', 'index.html'), '<html lang="en">');
    const { fetchPage, engine } = await setUpWindow();
    expect(await (await fetchPage('app://reprise/')).text()).toBe('<html lang="en">');
    engine.chosenTheme = 'dark';
    const response = await fetchPage('app://reprise/');
    expect(await response.text()).toBe('<html lang="en" data-theme="dark">');
  });

  it('is served with a strict policy, and nothing beside it', async () => {
    const { fetchPage } = await setUpWindow();
    const response = await fetchPage('app://reprise/');
    expect(await response.text()).toBe('<!doctype html>');
    expect(response.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'",
    );
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const [url, method] of [
      ['app://reprise/../../package.json'],
      ['app://reprise/%2e%2e/%2e%2e/etc/passwd'],
      ['app://reprise/..%5c..%5cx'],
      ['app://other/'],
      ['app://reprise/', 'POST'],
    ] as const) {
      expect((await fetchPage(url, method)).ok).toBe(false);
    }
  });

  it('calls the engine and gets its patches through real message ports', async () => {
    const { window, loadPage, engine } = await setUpWindow();
    const page = loadPage(window, PAGE_ORIGIN);
    expect(page.exposed).toEqual({ reprise: { shell: 'electron' } });
    expect(page.ports).toEqual([]);
    page.finishLoading();

    const patches: Patch[] = [];
    const client = connect(page, patches);
    expect(await client.engine.getState()).toEqual({ version: 7 });
    expect(await client.engine.setReuse('a' as AccountId, false)).toEqual({ forgotten: 2 });
    await expect(
      client.engine.setReuse('a' as AccountId, 'no' as unknown as boolean),
    ).rejects.toMatchObject({ code: 'invalid-input' });
    await client.patched;
    expect(patches).toEqual([{ version: 8 }]);
    expect(engine.ends).toHaveLength(1);
  });

  it('gets a new port when it asks again, and loses the earlier one', async () => {
    const { window, loadPage } = await setUpWindow();
    const page = loadPage(window, PAGE_ORIGIN);
    page.finishLoading();
    const first = connect(page);
    page.ports.shift();
    page.post({ type: 'reprise:connect' });
    await first.closed;
    expect(await connect(page).engine.getState()).toEqual({ version: 7 });
  });

  it('ends its channel when it goes', async () => {
    const { window, loadPage, engine } = await setUpWindow();
    const page = loadPage(window, PAGE_ORIGIN);
    page.finishLoading();
    connect(page).close();
    await engine.ends[0];
    expect(engine.ends).toHaveLength(1);
  });

  it('is not heard by way of another window’s message', async () => {
    const { window, loadPage, engine } = await setUpWindow();
    loadPage(window, PAGE_ORIGIN).post({ type: 'reprise:connect' }, {});
    expect(engine.ends).toEqual([]);
  });
});

describe('a foreign sender', () => {
  const refusal = 'asked for the engine and was refused';
  type Shell = Awaited<ReturnType<typeof setUpWindow>>;

  it.each<[string, (shell: Shell) => StandInPage]>([
    [
      'a page of another origin',
      ({ loadPage, window }) => loadPage(window, 'https://evil.example'),
    ],
    ['a page of another name', ({ loadPage, window }) => loadPage(window, 'app://reprise.evil')],
    ['a page without an origin', ({ loadPage, window }) => loadPage(window, 'null')],
    [
      'a frame inside of our page',
      ({ loadPage, window }) => {
        loadPage(window, PAGE_ORIGIN);
        return loadPage(window, PAGE_ORIGIN, true);
      },
    ],
    [
      'our page in a window that is not ours',
      ({ loadPage, electron }) =>
        loadPage(new electron.BrowserWindow({}) as unknown as StandInWindow, PAGE_ORIGIN),
    ],
    [
      'our page after its window was closed',
      ({ loadPage, window }) => {
        const page = loadPage(window, PAGE_ORIGIN);
        window.emit('closed');
        return page;
      },
    ],
    [
      'an earlier page of our window',
      ({ loadPage, window }) => {
        const page = loadPage(window, PAGE_ORIGIN);
        loadPage(window, PAGE_ORIGIN);
        return page;
      },
    ],
  ])('is refused: %s', async (_, load) => {
    const shell = await setUpWindow();
    const page = load(shell);
    page.finishLoading();
    expect(page.ports).toEqual([]);
    expect(shell.engine.ends).toEqual([]);
    expect(shell.logged).toEqual([expect.stringContaining(refusal)]);
  });

  it('is refused when it speaks for another window', async () => {
    const { window, electron, engine } = await setUpWindow();
    const senderFrame = window.webContents.mainFrame;
    senderFrame.origin = PAGE_ORIGIN;
    electron.ipcMain.emit('reprise:connect', { sender: {}, senderFrame });
    expect(engine.ends).toEqual([]);
  });

  it('is refused when it is gone already', async () => {
    const { window, electron, engine, logged } = await setUpWindow();
    electron.ipcMain.emit('reprise:connect', { sender: window.webContents, senderFrame: null });
    expect(engine.ends).toEqual([]);
    expect(logged).toEqual([expect.stringContaining(refusal)]);
  });
});

describe('ending', () => {
  it('waits until the engine has logged out', async () => {
    const { quit, exited, engine } = await setUpWindow();
    quit();
    quit();
    expect(await exited).toBe(0);
    expect(engine.closed).toBe(1);
  });

  it('follows the last window, but not on macOS', async () => {
    const linux = await setUpWindow();
    linux.app.emit('window-all-closed');
    expect(await linux.exited).toBe(0);

    const mac = await setUpWindow({}, { platform: 'darwin' });
    mac.window.emit('closed');
    mac.app.emit('window-all-closed');
    mac.app.emit('activate');
    expect(mac.windows).toHaveLength(2);
    expect(mac.engine.closed).toBe(0);
  });

  it('does not wait longer than it may', async () => {
    const due = Promise.withResolvers<() => void>();
    const clock: Clock = {
      ...systemClock,
      after: (_, run) => {
        due.resolve(run);
        return { cancel: () => undefined };
      },
    };
    const hanging: App = {
      attach: () => undefined,
      theme: () => 'system',
      isSignInPage: () => false,
      warn: () => undefined,
      close: () => Promise.withResolvers<void>().promise,
    };
    const { quit, exited } = await setUpWindow(
      {},
      { clock, createApp: () => Promise.resolve(hanging) },
    );
    quit();
    (await due.promise)();
    expect(await exited).toBe(0);
  });
});
