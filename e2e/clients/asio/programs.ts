/** The programs of this folder, built with the machine's compiler, and one run of them. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerCertificate } from '../../fixtures/servers/dovecot-certificate.ts';

const run = promisify(execFile);

/** Ignored by git, like all of its folder. */
const BUILT = join(import.meta.dirname, '../../../node_modules/.cache/reprise');

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

/** The clients; `server` is the other program. */
export type AsioProgram = 'right' | 'wrong-turns' | 'early-data';

const PROGRAMS = ['right', 'wrong-turns', 'early-data', 'server'] as const;
const OPTIONS = ['-std=c++17', '-Wall', '-Wextra', '-Werror'];
const LIBRARIES = ['-lssl', '-lcrypto', '-pthread'];

/**
 * Builds all of them, warnings as errors, where they are not there from these sources and this compiler:
 * it takes a busy machine minutes. Their folder stays.
 */
export async function buildAsioPrograms(): Promise<string> {
  const names = (await readdir(import.meta.dirname)).filter((name) => /\.[ch]pp$/.test(name));
  const sources = await Promise.all(
    names.toSorted().map((name) => readFile(join(import.meta.dirname, name))),
  );
  const { stdout: compiler } = await run('/usr/bin/g++', ['--version']);
  const hash = createHash('sha256').update(JSON.stringify([compiler, OPTIONS, LIBRARIES]));
  for (const source of sources) hash.update(source);
  const folder = join(BUILT, `asio-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(folder)) return folder;

  await mkdir(BUILT, { recursive: true });
  const fresh = await mkdtemp(join(BUILT, 'asio-fresh-'));
  await Promise.all(
    PROGRAMS.map(async (program) => {
      const source = join(import.meta.dirname, `${program}.cpp`);
      await run('/usr/bin/g++', [...OPTIONS, source, '-o', join(fresh, program), ...LIBRARIES]);
    }),
  );
  // Whole or not at all; where another test was quicker, its build is as good.
  try {
    await rename(fresh, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
    await rm(fresh, { recursive: true });
  }
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

/** The server that asks for certificates, with a session ID context or without. */
export async function startAsioServer(
  folder: string,
  { certificateFile, keyFile, caFile }: ServerCertificate,
  words: readonly 'context'[],
): Promise<AsyncDisposable & { readonly port: number }> {
  const child = spawn(join(folder, 'server'), [certificateFile, keyFile, caFile, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  return {
    port: Number(port),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
