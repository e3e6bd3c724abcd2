/** Programs that tests start hundreds of times are compiled once. */
import { join } from 'node:path';
import { REPOSITORY } from '../fixtures/program/repository.ts';

/**
 * Has Node keep what it compiles, in this process's children: half of a start of Reprise from its
 * sources is taking the types out of them. Node goes by the content of each file and by its own
 * version, so nothing old is ever run.
 */
export function keepCompiled(): void {
  process.env['NODE_COMPILE_CACHE'] ??= join(REPOSITORY, 'node_modules', '.cache', 'compiled');
}
