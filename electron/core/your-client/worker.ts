/** The pass-throughs' thread: what floods one of them, or is slow, holds up nothing of the engine. */
import { serveThread } from '../thread.ts';
import { Relays } from './relays.ts';
import type { RelayNews } from './relay-thread.ts';

serveThread<Relays, RelayNews>((engine) => new Relays((id, digest) => engine().digest(id, digest)));
