/** The programs of this folder, built with the machine's compiler, and one run of them. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ServerCertificate } from '../../fixtures/servers/dovecot-certificate.ts';

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

/** The clients; `server` is the third program. */
export type AsioProgram = 'right' | 'wrong-turns';

/** Builds all three, warnings as errors; their folder is the caller's to remove. */
export async function buildAsioPrograms(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'reprise-asio-'));
  const build = async (program: AsioProgram | 'server') => {
    const source = join(import.meta.dirname, `${program}.cpp`);
    const words = [
      '-std=c++17',
      '-Wall',
      '-Wextra',
      '-Werror',
      source,
      '-o',
      join(folder, program),
    ];
    await run('/usr/bin/g++', [...words, '-lssl', '-lcrypto', '-pthread']);
  };
  await Promise.all((['right', 'wrong-turns', 'server'] as const).map(build));
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
