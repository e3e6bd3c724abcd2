import type { Channel } from '../../shared/rpc.ts';
import type { SecretProtector } from './accounts/secret-protector.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log.ts';

/** What a shell gives to the engine. */
export interface AppDeps {
  readonly version: string;
  readonly shell: 'electron' | 'host';
  /** Where settings and secrets lie; made when something is first saved. */
  readonly dataDir: string;
  readonly protector: SecretProtector;
  readonly log: Log;
  readonly clock?: Clock;
  /** Nothing of the user's is read or written; the demo servers start at once. */
  readonly demoOnly?: boolean;
}

/** The running engine. */
export interface App {
  /** Answers the contract on this channel until it closes. */
  attach(channel: Channel): void;
  /** Logs out everywhere, writes what is pending and closes; ends within 3 s. */
  close(): Promise<void>;
}

/** PLACEHOLDER: being written. */
export function createApp(_deps: AppDeps): Promise<App> {
  return Promise.reject(new Error('not written yet'));
}
