/** `npm run build`: builds everything anew. */
import { fileURLToPath } from 'node:url';
import { buildPart, RENDERER, SHELL } from '../build/build.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

await buildPart(ROOT, RENDERER);
await buildPart(ROOT, SHELL);
