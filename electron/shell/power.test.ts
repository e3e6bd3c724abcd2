import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../core/testing/clock.ts';
import type { Log } from '../core/log/index.ts';
import { NetworkWatch, type NetworkNews } from '../core/network/index.ts';
import { electronStandIn } from './testing/electron-stand-in.ts';
import { startShell } from './start-shell.ts';

let appPath: string;

beforeEach(async () => {
  appPath = await mkdtemp(join(tmpdir(), 'reprise-power-'));
  await mkdir(join(appPath, 'dist', 'renderer'), { recursive: true });
  await writeFile(join(appPath, 'dist', 'renderer', 'index.html'), '<!doctype html>');
});
afterEach(() => rm(appPath, { recursive: true }));

const addresses = { all: new Set(['192.0.2.7']), outward: new Set(['192.0.2.7']), inside: [] };
const quiet: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('the sleep of the machine', () => {
  it('reaches the engine from Electron’s powerMonitor: offline at once, and afresh afterwards', async () => {
    const standIn = electronStandIn({ appPath });
    const news: NetworkNews[] = [];
    await using stack = new AsyncDisposableStack();
    const started = startShell(standIn.electron, {
      args: [],
      platform: 'linux',
      createApp: ({ power }) => {
        if (power === undefined) throw new Error('The engine hears nothing of the power.');
        const watch = new NetworkWatch({
          clock: new TestClock(),
          machine: { addresses: () => addresses, busyMs: () => 0 },
          power,
        });
        watch.follow((item) => news.push(item));
        stack.defer(() => {
          watch.close();
        });
        return Promise.resolve({
          attach: () => undefined,
          theme: () => 'system',
          isSignInPage: () => false,
          warn: () => undefined,
          close: () => Promise.resolve(),
        });
      },
      helpLinks: new Set(),
      log: quiet,
    });
    standIn.becomeReady();
    await started;
    standIn.powerMonitor.emit('suspend');
    standIn.powerMonitor.emit('resume');
    expect(news.map(({ isOnline, hasSlept }) => ({ isOnline, hasSlept }))).toEqual([
      { isOnline: true, hasSlept: false },
      { isOnline: false, hasSlept: false },
      { isOnline: true, hasSlept: true },
    ]);
    await stack.disposeAsync();
    expect(standIn.powerMonitor.eventNames()).toEqual([]);
  });
});
