/** The mutants: one-line changes that break a rule of Reprise, each noticed by a unit test. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** The parts of Reprise that the rules belong to. */
const ROOMS = [
  'tls',
  'connections',
  'accounts',
  'storage',
  'history',
  'server-check',
  'network',
  'state-and-api',
  'demo',
  'host',
  'shell',
  'build',
  'shared',
  'renderer',
] as const;
export type Room = (typeof ROOMS)[number];

const mutantSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/),
  room: z.enum(ROOMS),
  /** The rule that it breaks, in a sentence. */
  rule: z.string().endsWith('.'),
  file: z.string(),
  /** All or a part of one line, which stands in the file once. */
  find: z.string().regex(/^.+$/),
  replace: z.string().regex(/^.*$/),
  /** The files of unit tests that notice it, each of them. */
  tests: z.array(z.string().regex(/^(shared|electron|renderer)\/.+\.test\.tsx?$/)).min(1),
});
export type Mutant = z.infer<typeof mutantSchema>;

/** All of them, as `mutants.json` lists them. */
export const MUTANTS: readonly Mutant[] = z
  .array(mutantSchema)
  .parse(JSON.parse(readFileSync(new URL('mutants.json', import.meta.url), 'utf8')));

/** The text of its file with the mutant in it. @throws Error where it does not apply to that text */
export function mutate(text: string, { file, find, replace }: Mutant): string {
  const parts = text.split(find);
  if (parts.length !== 2) {
    throw new Error(`its line stands in ${file} ${parts.length - 1} times, not once`);
  }
  if (find === replace) throw new Error('it changes nothing');
  return parts.join(replace);
}

/** Why the mutant does not apply to the tree in `folder`; `null` where it does. */
export function whyNotApplicable(mutant: Mutant, folder: string): string | null {
  const missing = [mutant.file, ...mutant.tests].find((path) => !existsSync(join(folder, path)));
  if (missing !== undefined) return `there is no ${missing}`;
  try {
    mutate(readFileSync(join(folder, mutant.file), 'utf8'), mutant);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
