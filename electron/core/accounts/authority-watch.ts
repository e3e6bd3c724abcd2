/** Reads the system's certificate authorities again while the program runs. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Clock, Timer } from '../clock.ts';
import type { Log } from '../log/index.ts';
import { replaceSystemAuthorities } from '../tls/index.ts';
import { parseCertificate } from './ca-file.ts';

/** What is changed in the system's store holds within the hour, with time to spare. */
export const READ_EVERY_MS = 30 * 60_000;

/** A store that asks its user, or lies on a disk that does not answer. */
export const READ_WITHIN_MS = 60_000;

/** The program that reads: its source, or what is built of it beside the engine. */
const PROGRAM = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? './authorities-process.ts' : './authorities-process.cjs',
    import.meta.url,
  ),
);

/** A process that sends one message; Node's `ChildProcess` and Electron's `UtilityProcess` are such. */
export interface ReaderProcess {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  kill(): boolean;
}

/** Starts the program `file` in a process of its own. */
export type StartReader = (file: string) => ReaderProcess;

/** Which authorities Node is to trust may have been said on the command line. */
const OF_AUTHORITIES = /^--(?:no-)?use-(?:system|openssl|bundled)-ca$/;

/** By Node itself. */
export const startNodeReader: StartReader = (file) =>
  fork(file, {
    execArgv: process.execArgv.filter((argument) => OF_AUTHORITIES.test(argument)),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });

/** What the watch works with. */
export interface AuthorityWatchDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly start: StartReader;
  /** The system trusts others than before; called once these hold. */
  readonly onChange: () => void;
}

/**
 * Has the system's authorities read every half hour, and after a sleep. What cannot be read changes
 * nothing: those that were known hold on. Authorities that Node itself brings are trusted for as long as
 * that Node runs, whatever the system's store says of them.
 */
export class AuthorityWatch {
  readonly #deps: AuthorityWatchDeps;
  #timer: Timer | null = null;
  #reader: ReaderProcess | null = null;
  #isFailing = false;
  #isClosed = false;

  constructor(deps: AuthorityWatchDeps) {
    this.#deps = deps;
    this.#wait();
  }

  /** Reads them now, unless that is under way already. Never rejects. */
  async read(): Promise<void> {
    if (this.#isClosed || this.#reader !== null) return;
    this.#timer?.cancel();
    try {
      const told = await this.#ask();
      if (!this.#isClosed) this.#take(told);
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : String(error));
    }
    this.#wait();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#reader?.kill();
  }

  #wait(): void {
    if (this.#isClosed) return;
    this.#timer = this.#deps.clock.after(READ_EVERY_MS, () => void this.read());
  }

  /** What the process says; rejects where it says nothing in time. */
  async #ask(): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const reader = this.#deps.start(PROGRAM);
    this.#reader = reader;
    reader.on('message', resolve);
    reader.on('error', reject);
    reader.on('exit', (code) => {
      reject(new Error(`the process that reads them ended with ${String(code)}`));
    });
    const limit = this.#deps.clock.after(READ_WITHIN_MS, () => {
      reject(new Error(`reading them took more than ${String(READ_WITHIN_MS / 1000)} s`));
    });
    try {
      return await promise;
    } finally {
      limit.cancel();
      this.#reader = null;
      reader.kill();
    }
  }

  #take(told: unknown): void {
    const { own, system } = readAnswer(told);
    const pems = [...new Set([...own, ...system])];
    const good = pems.filter(isOne);
    // A store that is being written, or is not there just now: nobody takes all authorities away.
    if (!system.some(isOne)) throw new Error('the system names none');
    if (good.length < pems.length)
      this.#deps.log.warn(
        `${String(pems.length - good.length)} of the system’s authorities are no certificates, and are left out`,
      );
    this.#isFailing = false;
    const { added, gone } = replaceSystemAuthorities(good);
    if (added + gone === 0) return;
    this.#deps.log.info(
      `the system’s authorities have changed: ${String(added)} more, ${String(gone)} gone`,
    );
    this.#deps.onChange();
  }

  /** Once for as long as it goes on. */
  #complain(why: string): void {
    if (this.#isFailing || this.#isClosed) return;
    this.#isFailing = true;
    this.#deps.log.warn(
      `the system’s certificate authorities could not be read again, so those known hold on: ${why}`,
    );
  }
}

/** What {@link PROGRAM} tells, by its schema: it is another process. */
const answerSchema = z.object({ own: z.array(z.string()), system: z.array(z.string()) });

function readAnswer(told: unknown): z.infer<typeof answerSchema> {
  const { success, data } = answerSchema.safeParse(told);
  if (!success) throw new Error('there are too many of them');
  return data;
}

/** Whether it is one certificate, and nothing else. */
function isOne(pem: string): boolean {
  return pem.split('-----BEGIN ').length === 2 && parseCertificate(pem) !== null;
}
