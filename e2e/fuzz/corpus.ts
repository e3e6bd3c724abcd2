/** The inputs that were of interest once: a file each, in a folder for each target. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('corpus', import.meta.url));

/** An input with the name of its file. */
export interface CorpusEntry {
  readonly file: string;
  readonly input: Uint8Array;
}

/** What was kept for a target, by name. */
export async function readCorpus(target: string): Promise<CorpusEntry[]> {
  const folder = join(CORPUS, target);
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    // A target for which nothing was ever found has no folder.
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  return Promise.all(
    files.map(async (file) => ({ file, input: await readFile(join(folder, file)) })),
  );
}

/** Keeps an input under a name that is made of its content. @returns the path of its file */
export async function keepInput(target: string, input: Uint8Array): Promise<string> {
  const folder = join(CORPUS, target);
  await mkdir(folder, { recursive: true });
  const name = createHash('sha256').update(input).digest('hex').slice(0, 16);
  const path = join(folder, `${name}.bin`);
  await writeFile(path, input);
  return path;
}
