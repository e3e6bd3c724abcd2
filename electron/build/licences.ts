/**
 * The licences of what is bundled: their texts have to go along with every copy. Which packages these
 * are is known to who bundles them.
 */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a bundler adds of its own, by the names that it has for that. */
const ADDED: readonly (readonly [prefix: string, owner: string])[] = [
  ['\0vite/', 'node_modules/vite'],
  ['\0rolldown/', 'node_modules/rolldown'],
  ['<runtime>', 'node_modules/esbuild'],
];

const LICENCE = /^(?:licen[cs]e|copying|copyright|notice)/i;

/** Below `dist`, and in a package among its resources. */
export const LICENCES_FOLDER = 'licences';

/**
 * Writes `licences/NAME.txt` of `dist`: the texts of all packages that `modules` belong to.
 *
 * @param modules as the bundler names them: paths, or names of its own
 * @throws where a package brings no text: it must not be left out
 */
export async function writeLicences(
  root: string,
  dist: string,
  name: string,
  modules: Iterable<string>,
): Promise<void> {
  const packages = new Set([...modules].flatMap((module) => packageOf(module) ?? []));
  const texts: string[] = [];
  for (const path of [...packages].toSorted()) texts.push(await licenceOf(join(root, path)));
  const folder = join(dist, LICENCES_FOLDER);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.txt`), texts.join(`\n${'='.repeat(72)}\n\n`));
}

/** The folder of the package that a module belongs to; `null` for one of ours. */
function packageOf(module: string): string | null {
  const owner = ADDED.find(([prefix]) => module.startsWith(prefix))?.[1];
  // A package may have others in a folder of its own.
  return (
    owner ?? /\bnode_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(module)?.[0] ?? null
  );
}

async function licenceOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  ) as Record<string, string>;
  const files = (await readdir(folder)).filter((file) => LICENCE.test(file)).toSorted();
  if (files.length === 0) throw new Error(`The package ${String(name)} brings no licence text.`);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return (
    [
      `${String(name)} ${String(version)} (${String(license)})`,
      ...texts.map((it) => it.trim()),
    ].join('\n\n') + '\n'
  );
}
