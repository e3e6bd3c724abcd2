/**
 * The browser that Reprise itself starts. A program's arguments are public: any user of the machine
 * reads them. So the browser is given a file that only this user can read, and the file leads to the
 * dashboard. It is gone once its link has been used, or has lapsed.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../core/clock.ts';
import { writeAtomically } from '../core/storage/index.ts';
import { OPENING_TOKEN_LIFETIME_MS } from './credentials.ts';

/** A browser that runs already takes one second, one that has to start some more. */
const EXPECTED_WITHIN_MS = 15_000;

const FILE_NAME = 'open-dashboard.html';

const NOT_OPENED =
  'No browser has opened the dashboard so far. Open the link that is printed above: a browser that ' +
  'runs in a sandbox of its own, such as a snap package, cannot read the file that it was started with.';

/** The same link twice. */
export interface OpeningLinks {
  readonly atName: string;
  readonly atAddress: string;
}

/** What {@link startBrowser} needs. */
interface OpeningDeps {
  /** Of this user alone. */
  readonly folder: string;
  /** Of the dashboard, with a token that works once. */
  readonly links: OpeningLinks;
  /** Starts a browser with an address; calls back where it cannot. */
  readonly openBrowser: (url: string, onFailure: () => void) => void;
  readonly clock: Clock;
  readonly complain: (line: string) => void;
}

/** A browser that is on its way. */
export interface Opening {
  /** It has arrived. */
  arrived(): void;
  /** The program ends. */
  end(): Promise<void>;
}

/** Starts a browser, and says so where it does not arrive. Never rejects. */
export async function startBrowser(deps: OpeningDeps): Promise<Opening> {
  const path = join(deps.folder, FILE_NAME);
  let isExpected = true;
  const missed = () => {
    if (isExpected) deps.complain(NOT_OPENED);
    isExpected = false;
  };
  const removed = () => rm(path, { force: true }).catch(() => undefined);
  const timers = [
    deps.clock.after(EXPECTED_WITHIN_MS, missed),
    deps.clock.after(OPENING_TOKEN_LIFETIME_MS, () => void removed()),
  ];
  const over = () => {
    isExpected = false;
    for (const timer of timers) timer.cancel();
    return removed();
  };
  try {
    await writeAtomically(path, leadingTo(deps.links));
    deps.openBrowser(pathToFileURL(path).href, missed);
  } catch {
    // A full disk, for one: the printed link is still there.
    missed();
  }
  return { arrived: () => void over(), end: over };
}

/**
 * Nothing in it could be told to lead elsewhere. Browsers of these two kinds know by themselves that a
 * name below `localhost` is this machine. Another may ask the network where it is, and whoever answers
 * would be given the token.
 */
function leadingTo({ atName, atAddress }: OpeningLinks): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="referrer" content="no-referrer" />
    <title>Reprise</title>
    <script>
      const knowsName = /(?:Chrome|Chromium|Firefox)\\//.test(navigator.userAgent);
      location.replace(knowsName ? '${atName}' : '${atAddress}');
    </script>
  </head>
  <body>
    <p><a href="${atAddress}">Open the dashboard of Reprise</a></p>
  </body>
</html>
`;
}
