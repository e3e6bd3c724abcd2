/** What SQLite's errors mean to the history. Numbers are from https://sqlite.org/rescode.html. */

const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;

/** SQLite's primary result code; `null` for an error that is not its own. */
function resultCode(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;
}

/** The file is no database, or no longer one. */
export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === CORRUPT || code === NOTADB;
}

const REASONS: Readonly<Record<number, string>> = {
  [BUSY]: 'another program keeps the file locked. Close it',
  [LOCKED]: 'another program keeps the file locked. Close it',
  [READONLY]: 'the file or its folder is read-only. Change its permissions',
  [IOERR]: 'the disk reports an error. Check the disk',
  [FULL]: 'the disk is full. Free some space',
  [CANTOPEN]: 'the file cannot be opened. Check the permissions of its folder',
};

/** Why the disk refused, and what to do, to stand after a colon and before a full stop. */
export function whyNot(error: unknown): string {
  const code = resultCode(error);
  const known = code === null ? undefined : REASONS[code];
  if (known !== undefined) return known;
  const shown = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
  return `the disk refused it${shown}. Check its permissions and its free space`;
}
