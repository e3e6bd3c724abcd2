/** The real program on a real Dovecot, disturbed in every way that a user and a server have. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium, type Page } from 'playwright';
import type { AccountId } from '../../shared/model.ts';
import { SHARING_POLICIES } from '../../shared/reuse-policy.ts';
import { chooseChromium } from '../fixtures/browser/chromium.ts';
import { DOVECOT_MAILBOXES } from '../fixtures/servers/dovecot-config.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import type { Random } from '../fixtures/program/random.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import type { Probe } from './probe.ts';
import { Watcher, type Counts } from './watcher.ts';

/** What a soak is to be like. */
export interface SoakOptions {
  readonly minutes: number;
  readonly connections: number;
  readonly restartEverySeconds: number;
  readonly random: Random;
  readonly say: (line: string) => void;
}

/** What came of it. */
export interface Soaked {
  readonly counts: Counts;
  readonly actions: number;
  readonly restarts: number;
  readonly reloads: { readonly page: number; readonly client: number };
  /** After the warm-up, and at the end; each with every connection idle. */
  readonly before: Probe;
  readonly after: Probe;
  /** Connections that were not idle in time, when nothing disturbed them any more. */
  readonly stuck: readonly string[];
  readonly stderr: string;
}

/** A quarter of the time, and not more than this, is for caches, code and pools to fill. */
const LONGEST_WARM_UP_MS = 120_000;
/** Every wait for a retry is over by then: the longest is five minutes after a long outage only. */
const SETTLE_WITHIN_MS = 120_000;
const ACTION_EVERY_MS = 500;
const RELOAD_EVERY_MS = 20_000;
const POLL_MS = 50;
const PROBE = fileURLToPath(new URL('probe.ts', import.meta.url));

export async function soak(options: SoakOptions): Promise<Soaked> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-soak-'));
  const probeFile = join(folder, 'probe.jsonl');
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const accounts = Math.ceil(options.connections / DOVECOT_MAILBOXES.length);
  const users = Object.fromEntries(
    Array.from({ length: accounts }, (_, index) => [`user${index}`, `password ${index}`]),
  );
  const dovecot = stack.use(await Dovecot.start({ kind: 'one-process', users }));
  const reprise = await RepriseProcess.start({
    dataDir: join(folder, 'data'),
    nodeArgs: ['--expose-gc', '--import', PROBE],
    env: { SOAK_PROBE_FILE: probeFile },
  });
  // What Node complained of is part of the result, and stands below the table.
  stack.defer(() => reprise.cleanUp().catch(() => undefined));
  const watcher = new Watcher(reprise);
  await watcher.reload();
  stack.defer(() => {
    watcher.close();
  });
  const ids = await addAccounts(watcher, dovecot, options.connections);
  const page = stack.use(await openPage(reprise, options.say));
  const disturbance = new Disturbance({ ...options, watcher, dovecot, ids, page });

  const probe = async (): Promise<Probe> => {
    const already = (await linesOf(probeFile)).length;
    reprise.signal('SIGUSR2');
    for (;;) {
      const line = (await linesOf(probeFile))[already];
      if (line !== undefined) return JSON.parse(line) as Probe;
      await delay(POLL_MS);
    }
  };

  const totalMs = options.minutes * 60_000;
  const warmUpMs = Math.min(totalMs / 4, LONGEST_WARM_UP_MS);
  const startedAt = performance.now();
  await settle(watcher);
  await disturbance.until(startedAt + warmUpMs);
  await settle(watcher);
  const before = await probe();
  options.say(`After the warm-up: ${JSON.stringify(before)}`);
  await disturbance.until(startedAt + totalMs);
  const stuck = await settle(watcher);
  const after = await probe();
  const { actions, restarts, reloads } = disturbance;
  const { counts } = watcher;
  await page[Symbol.asyncDispose]();
  const end = await reprise.interrupt();
  const stderr =
    end.code === 0 ? reprise.stderr : `${reprise.stderr}\nIt ended with ${String(end.code)}.`;
  return { counts, actions, restarts, reloads, before, after, stuck, stderr };
}

async function linesOf(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').slice(0, -1);
}

async function addAccounts(
  { engine }: Watcher,
  dovecot: Dovecot,
  connections: number,
): Promise<AccountId[]> {
  const ids: AccountId[] = [];
  let left = connections;
  for (const [user, password] of Object.entries(dovecot.users)) {
    const mailboxes = DOVECOT_MAILBOXES.slice(0, left);
    left -= mailboxes.length;
    const { id } = await engine.addAccount({
      label: user,
      user,
      password,
      host: dovecot.host,
      port: dovecot.tlsPort,
      security: 'tls',
      servername: 'localhost',
      trust: { kind: 'ca', fileName: 'ca.pem', pem: dovecot.certificate.caPem },
      mailboxes,
    });
    ids.push(id);
  }
  return ids;
}

/** Waits until every connection is idle. @returns those that are not, when it takes too long */
async function settle(watcher: Watcher): Promise<string[]> {
  const endAt = performance.now() + SETTLE_WITHIN_MS;
  while (performance.now() < endAt) {
    await watcher.refresh();
    if (watcher.connections.size > 0 && watcher.notIdle().length === 0) return [];
    await delay(POLL_MS);
  }
  return watcher.notIdle().map(({ mailbox, state }) => `${mailbox}: ${JSON.stringify(state)}`);
}

/** The interface in a real browser, where there is one. */
interface OpenPage extends AsyncDisposable {
  readonly page: Page | null;
}

async function openPage(reprise: RepriseProcess, say: (line: string) => void): Promise<OpenPage> {
  const chosen = chooseChromium();
  if (chosen === null) {
    say('There is no Chromium: only a client without a page reloads. Run "npm run test:setup".');
    return { page: null, [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const browser = await chromium.launch(chosen.launch);
  const page = await browser.newPage();
  await page.goto(reprise.url);
  return { page, [Symbol.asyncDispose]: () => browser.close() };
}

interface DisturbanceParts extends SoakOptions {
  readonly watcher: Watcher;
  readonly dovecot: Dovecot;
  readonly ids: readonly AccountId[];
  readonly page: OpenPage;
}

class Disturbance {
  readonly #parts: DisturbanceParts;
  actions = 0;
  restarts = 0;
  readonly reloads = { page: 0, client: 0 };
  #restartAt: number;
  #reloadAt = performance.now() + RELOAD_EVERY_MS;

  constructor(parts: DisturbanceParts) {
    this.#parts = parts;
    this.#restartAt = performance.now() + parts.restartEverySeconds * 1000;
  }

  /** Disturbs until that moment; then everything is switched on again. */
  async until(endAt: number): Promise<void> {
    const { watcher, dovecot, ids, page, restartEverySeconds, say } = this.#parts;
    while (performance.now() < endAt) {
      await delay(ACTION_EVERY_MS);
      await this.#act();
      if (performance.now() >= this.#reloadAt) {
        this.#reloadAt = performance.now() + RELOAD_EVERY_MS;
        await watcher.reload();
        this.reloads.client += 1;
        if (page.page !== null) {
          await page.page.reload();
          this.reloads.page += 1;
        }
      }
      if (performance.now() >= this.#restartAt) {
        this.#restartAt = performance.now() + restartEverySeconds * 1000;
        await dovecot.stop();
        await dovecot.start();
        this.restarts += 1;
        const { made, lost } = watcher.counts;
        say(`Restart ${this.restarts}: ${made} connections made, ${lost} lost.`);
      }
    }
    for (const id of ids) {
      await watcher.engine.setPaused(id, false);
      await watcher.engine.setReuse(id, true);
    }
    // What waits for its next try after the last restart need not wait longer.
    await watcher.engine.reconnectAll();
  }

  async #act(): Promise<void> {
    const { watcher, dovecot, ids, random } = this.#parts;
    const { engine } = watcher;
    const id = ids[random.whole(ids.length)];
    const connection = [...watcher.connections.keys()][random.whole(watcher.connections.size)];
    if (id === undefined || connection === undefined) return;
    this.actions += 1;
    const [user = ''] = Object.keys(dovecot.users);
    const actions: readonly [() => Promise<unknown>, ...(() => Promise<unknown>)[]] = [
      () => engine.reconnect(connection),
      () => engine.reconnect(connection),
      () => engine.reconnectAccount(id),
      () => engine.setReuse(id, random.whole(2) === 0),
      () => engine.setPaused(id, random.whole(3) === 0),
      () => engine.setPolicy(id, { sharing: random.pick(SHARING_POLICIES), longestAge: 'server' }),
      () => engine.forgetSessions(id),
      () => engine.getConnection(connection),
      () => engine.getHistory({ range: '1h', account: null }),
      () => dovecot.deliver(user, 'INBOX'),
    ];
    await random.pick(actions)();
  }
}
