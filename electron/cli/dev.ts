/**
 * `npm run dev [-- --port N]`: the demo in a browser, where the page follows its sources by Vite, and
 * the engine starts anew when its own have changed.
 *
 * What differs from the program differs here alone: Vite serves the page, without the policy that
 * forbids what hot reload does, and hands the page's session and WebSocket on to the engine, which
 * runs as ever, in a process of its own. The secrets of its door outlive it, so that an open page
 * connects again.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLogger, createServer, type ProxyOptions } from 'vite';
import { z } from 'zod';
import { ROOT } from '../build/build.ts';
import { stopSignal } from '../build/stopping.ts';
import { systemClock } from '../core/clock.ts';
import { Credentials, type HostSecrets } from '../host/credentials.ts';
import { parseOptions, startHost } from '../host/index.ts';

/** Vite's own; where it is taken, the next one. */
const USUAL_PORT = 5173;
const LOOPBACK = '127.0.0.1';
/** An editor writes several files at once, and some of them twice. */
const SETTLED_MS = 50;

/** What the engine's process is told, and what it answers. */
const orderSchema = z.object({
  port: z.number(),
  secrets: z.object({
    token: z.string(),
    session: z.object({ cookie: z.string(), key: z.string(), answer: z.string() }),
  }),
});
const answerSchema = z.object({ origin: z.string() });

process.exit(await (process.send === undefined ? develop(process.argv.slice(2)) : runEngine()));

/** In the engine's process: the host, on the port and with the secrets that it is told. */
async function runEngine(): Promise<number> {
  // Ends with whoever started it, however that ended.
  process.once('disconnect', () => process.emit('SIGTERM'));
  const [message] = await once(process, 'message');
  const { port, secrets } = orderSchema.parse(message);
  return startHost(
    { port, openBrowser: false, dataDir: null, demo: true },
    {
      secrets,
      // There has to be a page, but nobody asks for it here.
      pageFolder: join(ROOT, 'renderer'),
      print: (line) => {
        // Vite asks at the address: the name is for browsers.
        const origin = /^Dashboard: (http:\/\/127\.0\.0\.1:\d+)\//.exec(line)?.[1];
        if (origin !== undefined) process.send?.({ origin });
      },
    },
  );
}

async function develop(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args);
  if (parsed.kind !== 'run') {
    say(parsed.kind === 'wrong' ? parsed.message : 'npm run dev [-- --port N]');
    return parsed.kind === 'wrong' ? 2 : 0;
  }
  if (parsed.options.dataDir !== null) {
    say('npm run dev shows the demo, which has no data folder: leave out --data-dir.');
    return 2;
  }
  const stop = stopSignal(process, systemClock);
  const { token, session } = new Credentials(systemClock);
  let engine = await startEngine(0, { token, session });
  if (engine.origin === null) return 1;
  const target = engine.origin;
  const vite = await createServer({
    root: join(ROOT, 'renderer'),
    cacheDir: join(ROOT, 'node_modules/.cache/vite'),
    customLogger: quietWhileAway(),
    clearScreen: false,
    server: {
      host: LOOPBACK,
      port: parsed.options.port ?? USUAL_PORT,
      strictPort: parsed.options.port !== null,
      cors: false,
      fs: { allow: [ROOT] },
      proxy: Object.fromEntries(
        ['/session', '/rpc'].map((path) => [path, toEngine(target, () => origin)]),
      ),
    },
  });
  await vite.listen();
  const origin = new URL(vite.resolvedUrls?.local[0] ?? '').origin;

  let restarted = Promise.resolve();
  const restart = async () => {
    await end(engine.process);
    engine = await startEngine(Number(new URL(target).port), { token, session });
    say(engine.origin === null ? 'The engine does not start.' : 'The engine has started anew.');
  };
  let settled = systemClock.after(0, () => undefined);
  vite.watcher.add([join(ROOT, 'electron'), join(ROOT, 'shared')]).on('all', (_, path) => {
    if (path.startsWith(join(ROOT, 'renderer')) || !/(?<!\.test)\.ts$/.test(path)) return;
    settled.cancel();
    settled = systemClock.after(SETTLED_MS, () => {
      restarted = restarted.then(restart);
    });
  });
  process.stdout.write(`Dashboard: ${origin}/#token=${token}\n`);
  await stop.requested;
  await Promise.all([vite.close(), end(engine.process)]);
  return 0;
}

/** @returns with where it listens; with `null` where it ended instead, having said why */
async function startEngine(
  port: number,
  secrets: HostSecrets,
): Promise<{ readonly process: ChildProcess; readonly origin: string | null }> {
  const child = fork(fileURLToPath(import.meta.url), { stdio: 'inherit' });
  child.send({ port, secrets } satisfies z.infer<typeof orderSchema>);
  const [answer] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  const { data } = answerSchema.safeParse(answer);
  return { process: child, origin: data?.origin ?? null };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/**
 * Hands requests on as if the engine had served the page: only those of the page that Vite serves,
 * the engine refuses what comes from any other.
 */
function toEngine(target: string, origin: () => string): ProxyOptions {
  const asOwnPage = (request: ClientRequest, { headers }: IncomingMessage) => {
    if (headers.origin === origin()) request.setHeader('origin', target);
  };
  return {
    target,
    changeOrigin: true,
    ws: true,
    configure: (proxy) => {
      proxy.on('proxyReq', asOwnPage);
      proxy.on('proxyReqWs', asOwnPage);
    },
  };
}

/** Vite tells of every request of the page that does not get through while the engine is away. */
function quietWhileAway() {
  const logger = createLogger('warn');
  const spoken = createLogger('warn');
  logger.error = (text, options) => {
    if (!/ proxy (socket )?error/.test(text)) spoken.error(text, options);
  };
  return logger;
}

/** Standard output is kept for the link. */
function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
