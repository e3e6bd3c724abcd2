/**
 * Builds what is stale before anything shows it: the global set-up of both test runners, and what
 * the soak, the bench and the pictures begin with. A program that is started without it would show
 * the page as it once was, so `fixtures/reprise-process.ts` starts none.
 */
import { buildIfStale, RENDERER, ROOT, SHELL } from '../../electron/build/build.ts';

/** Also the child processes know by it. */
const IS_FRESH = 'REPRISE_PAGE_IS_FRESH';

/** Builds the page and Electron's programs where they are older than their sources. */
export default async function buildWhatIsStale(): Promise<void> {
  await buildIfStale(ROOT, RENDERER);
  await buildIfStale(ROOT, SHELL);
  process.env[IS_FRESH] = '1';
}

/** @throws where nobody has looked whether the page is stale */
export function expectFreshPage(): void {
  if (process.env[IS_FRESH] === undefined) {
    throw new Error('The page may be stale: call buildWhatIsStale of e2e/run/fresh-page.ts first.');
  }
}
