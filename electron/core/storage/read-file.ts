import { readFile, stat } from 'node:fs/promises';

/**
 * Reads a file of ours. In its place may lie anything: a pipe would be waited for without end, and a
 * device may have none.
 *
 * @throws the file system's error, or {@link NotAFile}
 */
export async function readRegularFile(path: string): Promise<Buffer> {
  const found = await stat(path);
  if (!found.isFile()) throw new NotAFile(path);
  return readFile(path);
}

/** A folder, pipe, socket or device lies where a file is wanted. */
export class NotAFile extends Error {
  override readonly name = 'NotAFile';

  constructor(path: string) {
    super(`${path} is not a file.`);
  }
}
