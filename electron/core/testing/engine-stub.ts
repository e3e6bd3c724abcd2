/** For tests: an engine that answers three calls, and remembers what it was asked. */
import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { Snapshot } from '../../../shared/state.ts';
import { serveEngine, type Channel } from '../../../shared/rpc.ts';
import type { ThemeChoice } from '../../../shared/settings.ts';
import type { App, AppDeps } from '../app.ts';

/** A stand-in for the engine of `core/app.ts`. */
export class EngineStub implements App {
  /** One for each channel, resolved when it has closed. */
  readonly ends: Promise<void>[] = [];
  readonly warnings: string[] = [];
  closed = 0;
  deps: AppDeps | null = null;
  chosenTheme: ThemeChoice = 'system';
  readonly signInPages = new Set<string>();
  readonly create = (deps: AppDeps): Promise<App> => {
    this.deps = deps;
    return Promise.resolve(this);
  };

  attach(channel: Channel): void {
    const { client, closed } = serveEngine(channel, this.#api(), () => undefined);
    this.ends.push(closed);
    // The channel may close before the patch is applied.
    client.patch({ version: 8 }).catch(() => undefined);
  }

  theme(): ThemeChoice {
    return this.chosenTheme;
  }

  isSignInPage(url: string): boolean {
    return this.signInPages.has(url);
  }

  warn(_: string, message: string): void {
    this.warnings.push(message);
  }

  close(): Promise<void> {
    this.closed += 1;
    return Promise.resolve();
  }

  #api(): EngineApi {
    const answers: Partial<EngineApi> = {
      getState: () => Promise.resolve({ version: 7 } as Snapshot),
      setReuse: () => Promise.resolve({ forgotten: 2 }),
      reconnectAll: () => Promise.reject(new RepriseError('closed', 'Reprise is stopping.')),
    };
    return answers as EngineApi;
  }
}
