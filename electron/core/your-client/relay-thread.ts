import { startThread, type Thread } from '../thread.ts';
import type { Digest, Relays } from './relays.ts';

/** The program of the thread, as the history's is: its source, or what is built of it for Electron. */
const WORKER_FILE = new URL(
  import.meta.url.endsWith('.ts') ? './worker.ts' : './your-client-worker.cjs',
  import.meta.url,
);

/** What the thread says by itself. */
export interface RelayNews {
  digest(id: string, digest: Digest): void;
}

/** The engine's end of the pass-throughs' thread. */
export type RelayThread = Thread<Pick<Relays, 'start' | 'stop' | 'report'>, RelayNews>;

/** Starts it. @param onEnd hears that it has ended, and of what where it was a defect */
export function startRelayThread(
  digest: RelayNews['digest'],
  onEnd: (error: unknown) => void,
): RelayThread {
  return startThread({
    name: 'your-client',
    file: WORKER_FILE,
    said: { digest },
    onEnd,
  });
}
