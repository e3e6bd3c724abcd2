/** What one server that floods costs everybody else, measured on the real program. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startImapServer } from '../../electron/core/demo/testing/index.ts';
import type { Step } from '../../electron/core/demo/testing/index.ts';
import type { Security } from '../../shared/model.ts';
import type { ClientEnd } from '../../shared/rpc.ts';
import { connectTo } from '../fixtures/program/engine-client.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';
import type { Flooder } from './flooder.ts';

/** What is sent again and again, and when. */
export interface Flood {
  readonly at: Step | 'tickets';
  readonly text: string;
  readonly security?: Security;
}

const BLOCK_BYTES = 262_144;
/** That are watched on the server that floods. */
export const MAILBOXES = Array.from({ length: 8 }, (_, index) =>
  index === 0 ? 'INBOX' : `Box${index}`,
);

const block = (line: string): string => line.repeat(Math.ceil(BLOCK_BYTES / line.length));
const idle = (text: string): Flood => ({ at: 'idle', text });
const words = (count: number): string => Array.from({ length: count }, (_, n) => `w${n}`).join(' ');
const literal = `* 1 FETCH (BODY[] {1000000}\r\n${'x'.repeat(1_000_000)})\r\n`;

/** Each by a name that says what comes. */
export const FLOODS: Readonly<Record<string, Flood>> = {
  VANISHED: idle(block('* VANISHED 1:4294967295\r\n')),
  EXISTS: idle(block('* 7 EXISTS\r\n* 8 EXISTS\r\n')),
  FETCH: idle(block('* 3 FETCH (FLAGS (\\Seen \\Answered) UID 3)\r\n')),
  EXPUNGE: idle(block('* 4000000000 EXISTS\r\n* 1 EXPUNGE\r\n')),
  'tagged junk': idle(block('A9 OK done\r\n')),
  plus: idle(block('+ idling\r\n')),
  'empty lines': idle(block('\r\n')),
  'untagged OK': idle(block('* OK Still here\r\n')),
  'FLAGS of 90,000 words': idle(`* FLAGS (${words(90_000)})\r\n`),
  'CAPABILITY of 90,000 words': idle(`* CAPABILITY ${words(90_000)}\r\n`),
  'OK [CAPABILITY] of 90,000 words': idle(`* OK [CAPABILITY ${words(90_000)}] x\r\n`),
  'nested parentheses': idle(`* LIST ${'('.repeat(90)}${')'.repeat(90)} "/" x\r\n`.repeat(1000)),
  '1 MB literals': idle(literal),
  'ESEARCH ranges': idle(block('* ESEARCH (TAG "1") UID ALL 1:4294967295\r\n')),
  'FLAGS while opening': { ...idle(`* FLAGS (${words(1_500)})\r\n`), at: 'select' },
  'LIST while opening': { ...idle(block('* LIST () "/" x\r\n')), at: 'select' },
  'signing in': { ...idle(block('* OK Wait\r\n')), at: 'login' },
  'before STARTTLS': { ...idle(block('* OK Wait\r\n')), at: 'greeting', security: 'starttls' },
  'answer to STARTTLS': { ...idle(block('* OK Wait\r\n')), at: 'starttls', security: 'starttls' },
  '50,000 tickets': { at: 'tickets', text: '' },
};

/** What one server may cost everybody else, on a machine that has nothing else to do. */
export const BOUNDS = { worstCallMs: 500, peakBytes: 400_000_000, stoppedMs: 3_000 } as const;

/** What a flood did to the program. */
export interface Flooded {
  /** The longest that a call of another account took. */
  readonly worstCallMs: number;
  readonly peakBytes: number;
  /** Of one processor, while it lasted. */
  readonly cpuShare: number;
  /** From Ctrl-C to the end of the process. */
  readonly stoppedMs: number;
  readonly exitCode: number | null;
}

const CALL_EVERY_MS = 50;

/** Lets a server flood the program for so many calls that another account's user makes. */
export async function flood(name: string, calls: number): Promise<Flooded> {
  await using stack = new AsyncDisposableStack();
  const healthy = stack.use(await startImapServer());
  const flooder = await startFlooder(name);
  stack.defer(flooder.stop);
  const reprise = await RepriseProcess.start();
  stack.defer(() => reprise.cleanUp());
  const client = await connectTo(reprise);
  const { engine } = client;
  const account = async (server: Flooder, label: string, watched: readonly string[]) =>
    engine.addAccount({
      label,
      user: server.user,
      password: server.password,
      host: '127.0.0.1',
      port: server.port,
      security: server.security,
      servername: 'localhost',
      trust: { kind: 'ca', fileName: 'ca.pem', pem: server.caPem },
      mailboxes: [...watched],
    });
  const other = await account(healthy, 'Healthy', ['INBOX']);
  await until(engine, other.id);
  await account(flooder.server, 'Flooding', MAILBOXES);
  const before = await processorSeconds(reprise.pid);
  const startedAt = performance.now();
  let worstCallMs = 0;
  for (let call = 0; call < calls; call += 1) {
    const calledAt = performance.now();
    const { connections } = await engine.getState();
    const own = connections.find(({ accountId }) => accountId === other.id);
    if (own !== undefined) await engine.getConnection(own.id);
    worstCallMs = Math.max(worstCallMs, performance.now() - calledAt);
    await delay(CALL_EVERY_MS);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuShare = ((await processorSeconds(reprise.pid)) - before) / seconds;
  const peakBytes = await peakOf(reprise.pid);
  client.close();
  const { code, tookMs } = await reprise.interrupt();
  return { worstCallMs, peakBytes, cpuShare, stoppedMs: tookMs, exitCode: code };
}

async function until(engine: ClientEnd['engine'], id: string): Promise<void> {
  for (;;) {
    const { connections } = await engine.getState();
    if (connections.some(({ accountId, state }) => accountId === id && state.kind === 'idle'))
      return;
    await delay(CALL_EVERY_MS);
  }
}

async function startFlooder(name: string) {
  const path = fileURLToPath(new URL('flooder.ts', import.meta.url));
  const child = spawn(process.execPath, [path, name], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const stop = async (): Promise<void> => {
    child.kill();
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
  return { server: JSON.parse(line) as Flooder, stop };
}

/** What the kernel knows of it (proc(5)): the processor's time, user and system. */
async function processorSeconds(pid: number): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).replace(/^.*\) /, '').split(' ');
  // Counted in hundredths of a second, on every Linux.
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** The most that it had in memory at any moment. */
async function peakOf(pid: number): Promise<number> {
  const [, kilobytes] =
    /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
