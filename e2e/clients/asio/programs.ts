/** The programs of this folder, built with the machine's compiler, and one run of them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const NEEDED = {
  'g++': '/usr/bin/g++',
  'libboost-dev': '/usr/include/boost/asio/ssl.hpp',
  'libssl-dev': '/usr/include/openssl/ssl.h',
};

/** Debian's packages that are missing for a build, by name. */
export function missingToBuild(): string[] {
  return Object.entries(NEEDED)
    .filter(([, path]) => !existsSync(path))
    .map(([name]) => name);
}

export type AsioProgram = 'right' | 'wrong-turns';

/** Builds both, warnings as errors; their folder is the caller's to remove. */
export async function buildAsioPrograms(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-asio-'));
  const programs: readonly AsioProgram[] = ['right', 'wrong-turns'];
  const build = async (program: AsioProgram) => {
    const source = join(import.meta.dirname, `${program}.cpp`);
    const words = ['-std=c++17', '-Wall', '-Wextra', '-Werror', source, '-o', join(folder, program)];
    await run('/usr/bin/g++', [...words, '-lssl', '-lcrypto', '-pthread']);
  };
  await Promise.all(programs.map(build));
  return folder;
}

export interface AsioRun {
  readonly host: string;
  readonly port: number;
  /** A certificate authority's file, in PEM. */
  readonly caFile: string;
  readonly connections: number;
  /** Of `wrong-turns`; and `starttls`, `tls1.2`, `off` for either. */
  readonly words: readonly string[];
}

/** What the program itself says of each handshake. Throws with its message where it gives up. */
export async function runAsioProgram(
  folder: string,
  program: AsioProgram,
  { host, port, caFile, connections, words }: AsioRun,
): Promise<('full' | 'resumed')[]> {
  const where = [host, String(port), 'localhost', caFile, String(connections)];
  const { stdout } = await run(join(folder, program), [...where, ...words], { timeout: 60_000 });
  return stdout.trim().split('\n') as ('full' | 'resumed')[];
}
