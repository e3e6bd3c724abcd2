/** The lab's thread: what floods it, or is slow, holds up nothing of the engine. */
import { serveThread } from '../../thread.ts';
import type { LabNews } from './lab-desk.ts';
import { LiveLab } from './live-lab.ts';

serveThread<LiveLab, LabNews>((engine) => new LiveLab((digest) => engine().digest(digest)));
