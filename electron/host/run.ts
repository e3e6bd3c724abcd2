/** The browser host from its start to its end. */
import type { EventEmitter } from 'node:events';
import { RepriseError } from '../../shared/errors.ts';
import { keyFileProtector } from '../core/storage/index.ts';
import type { App, AppDeps } from '../core/app.ts';
import { systemClock, type Clock } from '../core/clock.ts';
import type { Log } from '../core/log/index.ts';
import { loadBuiltPage, themedPage } from '../build/page.ts';
import { closeInTurn, stopSignal } from '../build/stopping.ts';
import type { HostSecrets } from './credentials.ts';
import { openDataFolder } from './data-folder.ts';
import { DEFAULT_PORT, type HostOptions } from './options.ts';
import { startBrowser, type Opening } from './opening.ts';
import { pageOfRun } from './page-of-run.ts';
import { startHostServer } from './server.ts';

/** What the host works with; tests put others in place of the real ones. */
export interface HostDeps {
  readonly version: string;
  /** The folder of the built interface. */
  readonly pageFolder: string;
  readonly createApp: (deps: AppDeps) => Promise<App>;
  /** Shows an address in the user's browser, and calls back where it cannot. */
  readonly openBrowser: (url: string, onFailure: () => void) => void;
  /** Writes a line to standard output. */
  readonly print: (line: string) => void;
  /** Writes a line to standard error. */
  readonly complain: (line: string) => void;
  readonly log: Log;
  /** Where signals come from: `process`. */
  readonly signals: EventEmitter;
  readonly clock?: Clock;
  /** See {@link HostSecrets}; by default random ones. */
  readonly secrets?: HostSecrets;
}

/** Said on the terminal and on every page. */
const USED_TWICE =
  'The link that Reprise started the browser with was used a second time, by another browser. ' +
  'One of the two may not be yours, so what the link had opened is closed. ' +
  'Open the link that Reprise printed in the terminal.';

/**
 * Runs until a signal asks it to stop, then logs out of every connection.
 *
 * @returns the exit code: 0 after a signal, 1 where it could not start and said why
 */
export async function runHost(options: HostOptions, deps: HostDeps): Promise<0 | 1> {
  const clock = deps.clock ?? systemClock;
  const stop = stopSignal(deps.signals, clock);
  const closers: (() => Promise<void>)[] = [];
  try {
    let running: App | null = null;
    let opening: Opening | null = null;
    const { page, scriptHashes } = pageOfRun(await loadBuiltPage(deps.pageFolder));
    const folder = await openDataFolder(options.dataDir, options.demo);
    closers.push(() => folder.release());
    const server = await startHostServer({
      port: options.port ?? DEFAULT_PORT,
      page: themedPage(page, () => running?.theme() ?? 'system'),
      scriptHashes,
      clock,
      secrets: deps.secrets,
      onOpened: (use) => {
        if (use === 'first') opening?.arrived();
        else {
          deps.complain(USED_TWICE);
          running?.warn('opening-link', USED_TWICE);
        }
      },
    });
    closers.push(() => server.close());
    const app = await deps.createApp({
      version: deps.version,
      shell: 'host',
      dataDir: folder.path,
      repaired: folder.repaired,
      protector: keyFileProtector(folder.path),
      log: deps.log,
      clock,
      demoOnly: options.demo,
    });
    closers.push(() => app.close());
    running = app;
    server.serve((channel) => {
      app.attach(channel);
    });
    deps.print(`Dashboard: ${server.dashboardUrl}`);
    deps.print('For a browser that does not find this name, such as Safari:');
    deps.print(`Dashboard: ${server.addressUrl}`);
    if (options.openBrowser) {
      const started = await startBrowser({
        folder: folder.path,
        links: server.openingLinks(),
        openBrowser: deps.openBrowser,
        clock,
        complain: deps.complain,
      });
      opening = started;
      closers.push(() => started.end());
    }
    await stop.requested;
    return 0;
  } catch (error) {
    if (error instanceof RepriseError) deps.complain(error.message);
    else deps.log.error('Reprise could not start', error);
    return 1;
  } finally {
    await closeInTurn(closers.toReversed(), deps.log, clock, stop.insisted);
    stop.release();
  }
}
