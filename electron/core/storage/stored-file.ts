/**
 * A versioned JSON file of the data folder: read with care, since it may be damaged or from
 * another version of Reprise, and written whole.
 */
import { basename, join } from 'node:path';
import { z } from 'zod';
import { RepriseError } from '../../../shared/errors.ts';
import { Durable, type Persist } from './durable.ts';
import { isErrno, keepAside, removeUnfinished, writeAtomically } from './files.ts';
import { readOwnFile, UnusableFile } from './own-file.ts';
import { storageError } from './storage-error.ts';

/** What a file holds and how its older versions become the present one. */
export interface StoredFormat<Value> {
  readonly fileName: string;
  /** What it is to the user, to begin a sentence with, such as `Your accounts`. */
  readonly what: string;
  /** What to do when it had to be put aside, as a sentence. */
  readonly advice: string;
  /** Step `i` turns the file's object of version `i + 1` into that of version `i + 2`. */
  readonly migrations: readonly ((old: Readonly<Record<string, unknown>>) => unknown)[];
  /** The file's object in its present version, `version` included. */
  readonly schema: z.ZodType<Value>;
  readonly empty: Value;
}

/** What a file turned out to be. */
export type Reading<Value> =
  | { readonly kind: 'value'; readonly value: Value }
  /** Of a version that only a newer Reprise knows. */
  | { readonly kind: 'newer'; readonly version: number }
  | { readonly kind: 'damaged' };

const versionSchema = z.looseObject({ version: z.int().min(1) });

/** The version that is written: one more than there are steps. */
function presentVersion(format: StoredFormat<unknown>): number {
  return format.migrations.length + 1;
}

/** Judges a file's text. Never throws. */
export function readStored<Value>(text: string, format: StoredFormat<Value>): Reading<Value> {
  const damaged = { kind: 'damaged' } as const;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // A SyntaxError: not JSON, or cut off.
    return damaged;
  }
  const versioned = versionSchema.safeParse(json);
  if (!versioned.success) return damaged;
  const { version } = versioned.data;
  if (version > presentVersion(format)) return { kind: 'newer', version };
  try {
    let present: unknown = json;
    for (const step of format.migrations.slice(version - 1)) {
      present = step(present as Readonly<Record<string, unknown>>);
    }
    const parsed = format.schema.safeParse(present);
    return parsed.success ? { kind: 'value', value: parsed.data } : damaged;
  } catch {
    // A step met something that its version never wrote.
    return damaged;
  }
}

/** A file that was opened: its value, and what the user should know about it. */
export interface Opened<Value> {
  readonly durable: Durable<Value>;
  /** The file was there and whole: its value is all that was ever saved. */
  readonly intact: boolean;
  /** A sentence, where something was wrong. */
  readonly problem: string | null;
}

/**
 * Opens the file of this format in `dataDir`. A damaged one is kept aside and the value starts
 * empty; one of a newer version, or one that cannot be read or kept aside, stays as it is, and every
 * change then ends with the `storage` error that says why. A missing one is empty. Never rejects.
 */
export async function openStored<Value>(
  dataDir: string,
  format: StoredFormat<Value>,
  now: number,
): Promise<Opened<Value>> {
  const path = join(dataDir, format.fileName);
  await removeUnfinished(path);
  const save: Persist = async (text) => {
    try {
      await writeAtomically(path, text);
    } catch (cause) {
      throw storageError(format.what, path, cause);
    }
  };
  const open = (
    value: Value,
    intact: boolean,
    problem: string | null,
    persist: Persist = save,
  ) => ({
    durable: new Durable(value, (next) => encode(next, format), persist),
    intact,
    problem,
  });
  const locked = (problem: string) =>
    open(format.empty, false, problem, () => Promise.reject(new RepriseError('storage', problem)));

  let text: string;
  try {
    text = (await readOwnFile(path)).toString('utf8');
  } catch (error) {
    // Without a folder there is no file; writing says what is wrong with the folder.
    if (isErrno(error, 'ENOENT', 'ENOTDIR')) return open(format.empty, false, null);
    if (error instanceof UnusableFile) {
      return locked(
        `${format.what} cannot be read: ${error.message} Move it away and start Reprise again; until then nothing is saved there.`,
      );
    }
    return locked(
      `${format.what} in ${path} cannot be read. Check its permissions and start Reprise again; until then nothing is saved there.`,
    );
  }
  const reading = readStored(text, format);
  if (reading.kind === 'value') return open(reading.value, true, null);
  if (reading.kind === 'newer') {
    return locked(
      `${format.what} in ${path} were saved by a newer Reprise (format ${String(reading.version)}). Use that one, or another --data-dir. Nothing was changed, and nothing is saved there.`,
    );
  }
  try {
    const aside = keepAside(path, now);
    return open(
      format.empty,
      false,
      `${format.what} in ${path} were damaged. The file is kept as ${basename(aside)}. ${format.advice}`,
    );
  } catch {
    // Whatever the file system said: what cannot be moved must not be overwritten.
    return locked(
      `${format.what} in ${path} are damaged, and the file could not be kept aside. Move it away and start Reprise again; until then nothing is saved there.`,
    );
  }
}

function encode<Value>(value: Value, format: StoredFormat<Value>): string {
  return `${JSON.stringify({ version: presentVersion(format), ...value }, null, 2)}\n`;
}
