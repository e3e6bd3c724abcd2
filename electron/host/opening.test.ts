import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../core/clock.ts';
import { startBrowser } from './opening.ts';

const LINKS = {
  atName: 'http://reprise-0.localhost:1/#token=SECRET',
  atAddress: 'http://127.0.0.1:1/#token=SECRET',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-opening #%-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A clock whose timers run when they are told to. */
function handClock() {
  const timers = new Map<number, () => void>();
  const clock: Clock = {
    ...systemClock,
    after: (delayMs, run) => {
      timers.set(delayMs, run);
      return { cancel: () => timers.delete(delayMs) };
    },
  };
  return { clock, pass: (delayMs: number) => timers.get(delayMs)?.() };
}

async function start(openBrowser: (url: string, onFailure: () => void) => void = () => undefined) {
  const { clock, pass } = handClock();
  const complaints: string[] = [];
  const started: string[] = [];
  const opening = await startBrowser({
    folder,
    links: LINKS,
    openBrowser: (url, onFailure) => {
      started.push(url);
      openBrowser(url, onFailure);
    },
    clock,
    complain: (line) => complaints.push(line),
  });
  return { opening, complaints, started, pass };
}

const gone = () => expect.poll(() => readdir(folder)).toEqual([]);

describe('the browser that is started', () => {
  it('is given a file that only this user can read, and no secret', async () => {
    const { started } = await start();
    const [url = ''] = started;
    expect(url).toMatch(/^file:\/\/\/.*\/open-dashboard\.html$/);
    expect(url).not.toContain('SECRET');
    const path = fileURLToPath(url);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    for (const link of Object.values(LINKS)) expect(await readFile(path, 'utf8')).toContain(link);
  });

  it('finds a new file where an old one, or a link to another, lies under its name', async () => {
    const path = join(folder, 'open-dashboard.html');
    await mkdir(join(folder, 'elsewhere'));
    await writeFile(join(folder, 'elsewhere/victim'), 'untouched');
    await symlink('elsewhere/victim', path);
    await start();
    expect((await stat(path)).isFile()).toBe(true);
    expect(await readFile(path, 'utf8')).toContain('SECRET');
    expect(await readFile(join(folder, 'elsewhere/victim'), 'utf8')).toBe('untouched');
  });

  it('takes the file with it when it arrives, and nothing more is said', async () => {
    const { opening, complaints, pass } = await start();
    opening.arrived();
    await gone();
    pass(15_000);
    expect(complaints).toEqual([]);
  });

  it.each<[string, (url: string, onFailure: () => void) => void]>([
    [
      'there is none',
      (_, onFailure) => {
        onFailure();
      },
    ],
    ['it cannot read the file', () => undefined],
  ])('is said to be missing once, with what to do, where %s', async (_, openBrowser) => {
    const { complaints, pass } = await start(openBrowser);
    pass(15_000);
    expect(complaints).toEqual([expect.stringContaining('Open the link that is printed above')]);
    expect(complaints.join()).not.toContain('SECRET');
  });

  it('is said to be missing where the file cannot be written', async () => {
    await rm(folder, { recursive: true });
    await writeFile(folder, 'no folder');
    await chmod(folder, 0o600);
    const { complaints, started } = await start();
    expect(started).toEqual([]);
    expect(complaints).toHaveLength(1);
  });

  it('leaves no file behind: neither when the link lapses nor when the program ends', async () => {
    const first = await start();
    first.pass(60_000);
    await gone();
    const second = await start();
    await second.opening.end();
    expect(await readdir(folder)).toEqual([]);
  });
});
