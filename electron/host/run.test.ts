import { EventEmitter, once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RepriseError } from '../../shared/errors.ts';
import type { App } from '../core/app.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import { lineLog } from '../core/log/index.ts';
import { EngineStub } from '../core/testing/engine-stub.ts';
import type { HostOptions } from './options.ts';
import { runHost, type HostDeps } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-run-'));
  await writeFile(join(folder, 'index.html'), '<!doctype html>');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function setUp(overrides: Partial<HostDeps> = {}, options: Partial<HostOptions> = {}) {
  const engine = new EngineStub();
  const signals = new EventEmitter();
  const printed = Promise.withResolvers<string>();
  const output: string[] = [];
  const complaints: string[] = [];
  const logged: string[] = [];
  const opened: string[] = [];
  const ended = runHost(
    {
      port: 0,
      openBrowser: false,
      dataDir: join(folder, 'own'),
      demo: false,
      ...options,
    },
    {
      version: '1.2.3',
      pageFolder: folder,
      createApp: engine.create,
      openBrowser: (url) => {
        opened.push(url);
      },
      print: (line) => {
        output.push(line);
        if (line.startsWith('Dashboard: http://127.')) printed.resolve(line);
      },
      complain: (line) => complaints.push(line),
      log: lineLog(
        (line) => logged.push(line),
        () => new Date(0),
      ),
      signals,
      ...overrides,
    },
  );
  return { ended, engine, signals, printed: printed.promise, output, complaints, logged, opened };
}

describe('the host', () => {
  it('prints its link, at a name and at the address, when it answers requests, and nothing else', async () => {
    const { printed, ended, signals, output, complaints, logged } = setUp();
    const line = await printed;
    expect(line).toMatch(/^Dashboard: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/);
    const response = await fetch(line.replace('Dashboard: ', ''));
    expect(await response.text()).toBe('<!doctype html>');
    signals.emit('SIGINT');
    expect(await ended).toBe(0);
    const { port, hash } = new URL(line.replace('Dashboard: ', ''));
    expect({ output, complaints, logged }).toEqual({
      output: [
        expect.stringMatching(
          new RegExp(`^Dashboard: http://reprise-[\\da-f]{20}\\.localhost:${port}/${hash}$`),
        ),
        'For a browser that does not find this name, such as Safari:',
        line,
      ],
      complaints: [],
      logged: [],
    });
  });

  it('serves the page in the theme that is chosen, before any script runs', async () => {
    await writeFile(join(folder, 'index.html'), '<html lang="en">');
    const { printed, ended, engine, signals } = setUp();
    const url = (await printed).replace('Dashboard: ', '');
    expect(await (await fetch(url)).text()).toBe('<html lang="en">');
    engine.chosenTheme = 'dark';
    expect(await (await fetch(url)).text()).toBe('<html lang="en" data-theme="dark">');
    signals.emit('SIGINT');
    await ended;
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'closes the engine and ends with 0 at %s',
    async (name) => {
      const { printed, ended, engine, signals } = setUp();
      await printed;
      signals.emit(name);
      expect(await ended).toBe(0);
      expect(engine.closed).toBe(1);
      expect(signals.eventNames()).toEqual([]);
    },
  );

  it('gives the engine what it needs', async () => {
    const { printed, ended, engine, signals } = setUp();
    await printed;
    expect(engine.deps).toMatchObject({
      version: '1.2.3',
      shell: 'host',
      dataDir: join(folder, 'own'),
      demoOnly: false,
      protector: { protection: { kind: 'key-file' } },
    });
    signals.emit('SIGTERM');
    await ended;
  });

  it('runs a demo in a folder of its own, gone afterwards', async () => {
    const { printed, ended, engine, signals } = setUp({}, { demo: true, dataDir: null });
    await printed;
    expect(engine.deps).toMatchObject({ demoOnly: true });
    const dataDir = engine.deps?.dataDir ?? '';
    expect(await readdir(dataDir)).toEqual([]);
    signals.emit('SIGINT');
    await ended;
    await expect(stat(dataDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('opens the browser with a file in its folder, whose link works once and is not the printed one', async () => {
    const opened = Promise.withResolvers<string>();
    const { printed, ended, signals, engine, complaints } = setUp(
      { openBrowser: opened.resolve },
      { openBrowser: true },
    );
    const { port, hash: printedHash } = new URL((await printed).replace('Dashboard: ', ''));
    const file = fileURLToPath(await opened.promise);
    expect(dirname(file)).toBe(join(folder, 'own'));
    const text = await readFile(file, 'utf8');
    const [, token = ''] = /localhost:\d+\/#token=([\w-]{43})'/.exec(text) ?? [];
    expect(printedHash).not.toContain(token);

    const origin = `http://127.0.0.1:${port}`;
    const redeem = () =>
      fetch(`${origin}/session`, {
        method: 'POST',
        headers: { origin, authorization: `Bearer ${token}` },
      });
    expect((await redeem()).status).toBe(200);
    await expect.poll(() => readdir(join(folder, 'own'))).not.toContain('open-dashboard.html');
    expect(complaints).toEqual([]);
    expect((await redeem()).status).toBe(410);
    expect(complaints).toEqual([expect.stringContaining('was used a second time')]);
    expect(engine.warnings).toEqual(complaints);
    signals.emit('SIGINT');
    await ended;
  });

  it('does not wait longer than it may for an engine that hangs', async () => {
    const due: (() => void)[] = [];
    const clock: Clock = {
      ...systemClock,
      after: (delayMs, run) => {
        if (delayMs === 2700) due.push(run);
        return { cancel: () => undefined };
      },
    };
    const closing = Promise.withResolvers<void>();
    const { printed, ended, signals } = setUp({ clock, createApp: hanging(closing.resolve) });
    await printed;
    signals.emit('SIGINT');
    await closing.promise;
    for (const run of due) run();
    expect(await ended).toBe(0);
  });

  it('ends at once at a second signal, but not when one key press comes twice', async () => {
    let at = 0;
    const clock: Clock = { ...systemClock, monotonic: () => at };
    const closing = Promise.withResolvers<void>();
    const { printed, ended, signals } = setUp({ clock, createApp: hanging(closing.resolve) });
    await printed;
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    signals.emit('SIGINT');
    await closing.promise;
    at = 20;
    signals.emit('SIGINT');
    await new Promise(setImmediate);
    expect(hasEnded).toBe(false);
    at = 1000;
    signals.emit('SIGINT');
    expect(await ended).toBe(0);
  });
});

describe('a host that cannot start', () => {
  it('says so of a port in use, before the engine connects anything', async () => {
    const { server: other, port } = await takePort();
    const { ended, complaints, engine } = setUp({}, { port });
    expect(await ended).toBe(1);
    expect(complaints).toEqual([expect.stringContaining(`Port ${port} is in use`)]);
    expect(engine.deps).toBeNull();
    other.close();
  });

  it('says so of a data folder that cannot be written', async () => {
    const { ended, complaints, output } = setUp({}, { dataDir: join(folder, 'index.html', 'x') });
    expect(await ended).toBe(1);
    expect(complaints).toEqual([expect.stringContaining('a part of this path is a file')]);
    expect(output).toEqual([]);
  });

  it('says so of an interface that is not built', async () => {
    const { ended, complaints } = setUp({ pageFolder: join(folder, 'none') });
    expect(await ended).toBe(1);
    expect(complaints).toEqual([expect.stringContaining('Run "npm run build"')]);
  });

  it('passes on what the engine says, and gives the port back', async () => {
    const message = 'These settings are of a newer Reprise.';
    const own = await takePort();
    own.server.close();
    await once(own.server, 'close');
    const { ended, complaints } = setUp(
      { createApp: () => Promise.reject(new RepriseError('storage', message)) },
      { port: own.port },
    );
    expect(await ended).toBe(1);
    expect(complaints).toEqual([message]);
    const again = await takePort(own.port);
    again.server.close();
  });

  it('logs what nobody foresaw', async () => {
    const { ended, complaints, logged } = setUp({
      createApp: () => Promise.reject(new TypeError('x is not a function')),
    });
    expect(await ended).toBe(1);
    expect(complaints).toEqual([]);
    expect(logged).toEqual([expect.stringContaining('x is not a function')]);
  });
});

function hanging(onClose: () => void): HostDeps['createApp'] {
  const app: App = {
    attach: () => undefined,
    theme: () => 'system',
    isSignInPage: () => false,
    warn: () => undefined,
    close: () => {
      onClose();
      return Promise.withResolvers<void>().promise;
    },
  };
  return () => Promise.resolve(app);
}

async function takePort(port = 0) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}
