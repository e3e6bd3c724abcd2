/** `npm run build`: builds everything anew. */
import { buildPart, RENDERER, ROOT, SHELL } from '../build/build.ts';

await buildPart(ROOT, RENDERER);
await buildPart(ROOT, SHELL);
