/**
 * Which process of this machine is at the other end of a connection, by Linux's /proc: its name and
 * number. Never its arguments, which hold passwords: /proc/PID/cmdline is not opened.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import { visible } from '../../../shared/visible.ts';
import type { WatchedProgram } from '../../../shared/your-client.ts';
import { isOnThisMachine } from '../network/machine.ts';
import { plain } from './server-addresses.ts';

/** Both ends, as this side sees them. */
export interface Ends {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
}

/** Connections that wait for a look; beyond these nobody is told. */
const MOST_WAITING = 2000;
/** Node calls its main thread so, whatever the program is; seen in Node 24 and 26. */
const SAYS_NOTHING = new Set(['MainThread', 'main']);
const MOST_NAME_LENGTH = 64;
/** Waiting for one look; a program that connects so often is known after the first. */
const MANY = 50;
const MOST_RECENT = 8;
/** Of reading at a stretch, before what is passed on has its turn. */
const TURN_MS = 5;

interface Wanted {
  readonly key: string;
  /** Whether its other end is on this machine, as far as addresses tell. */
  readonly isHere: boolean;
  readonly tell: (program: WatchedProgram) => void;
}

/** A socket as the kernel's table has it. */
interface Socket {
  readonly inode: string;
  readonly user: number;
}

export class ProcessFinder {
  readonly #platform: NodeJS.Platform;
  #waiting: Wanted[] = [];
  #isLooking = false;
  /** The processes that were found last: the next connection is often of the same. */
  #recent: string[] = [];

  constructor(platform: NodeJS.Platform = process.platform) {
    this.#platform = platform;
  }

  /** Whether so many wait that nobody should. */
  get isBusy(): boolean {
    return this.#waiting.length > MANY;
  }

  /** Calls back once. One look at the system serves all who wait for it. */
  find(ends: Ends, tell: (program: WatchedProgram) => void): void {
    if (this.#platform !== 'linux' || this.#waiting.length >= MOST_WAITING) {
      tell({ kind: 'not-told' });
      return;
    }
    // Seen from the other end.
    const key = `${hexOf(ends.remoteAddress, ends.remotePort)} ${hexOf(ends.localAddress, ends.localPort)}`;
    const { localAddress, remoteAddress } = ends;
    const isHere = remoteAddress === localAddress || isOnThisMachine(plain(remoteAddress));
    this.#waiting.push({ key, isHere, tell });
    if (!this.#isLooking) void this.#look();
  }

  async #look(): Promise<void> {
    this.#isLooking = true;
    while (this.#waiting.length > 0) {
      const wanted = this.#waiting;
      this.#waiting = [];
      const beganMs = performance.now();
      try {
        await this.#tellAll(wanted);
      } catch {
        // A system without /proc, or one that hides it.
        for (const { tell } of wanted) tell({ kind: 'not-told' });
      }
      // In a flood half of the time is left for what is passed on.
      if (this.isBusy) await delay(performance.now() - beganMs, undefined, { ref: false });
    }
    this.#isLooking = false;
  }

  async #tellAll(wanted: readonly Wanted[]): Promise<void> {
    const sockets = await openSockets();
    const inodes = new Set<string>();
    for (const { key } of wanted) {
      const inode = sockets.get(key)?.inode;
      if (inode !== undefined && inode !== '0') inodes.add(inode);
    }
    const owners = await this.#ownersOf(inodes);
    const me = process.getuid?.() ?? 0;
    for (const { key, isHere, tell } of wanted) {
      const socket = sockets.get(key);
      const owner = owners.get(socket?.inode ?? '');
      if (owner !== undefined) tell(owner);
      // One that was closed is out of the table, or in it without an inode.
      else if (socket === undefined) tell({ kind: isHere ? 'gone' : 'elsewhere' });
      else if (socket.inode !== '0' && me !== 0 && socket.user !== me) tell({ kind: 'other-user' });
      else tell({ kind: 'gone' });
    }
  }

  async #ownersOf(inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, WatchedProgram>> {
    const owners = new Map<string, WatchedProgram>();
    const found = new Set<string>();
    let turnMs = performance.now();
    for (const pid of this.#candidates(inodes.size)) {
      if (owners.size === inodes.size) break;
      const its = socketsOf(pid).filter((inode) => inodes.has(inode));
      const name = its.length === 0 ? null : nameOf(pid);
      if (name !== null) {
        found.add(pid);
        for (const inode of its) owners.set(inode, { kind: 'process', name, pid: Number(pid) });
      }
      if (performance.now() - turnMs < TURN_MS) continue;
      await nextTurn();
      turnMs = performance.now();
    }
    if (found.size > 0) this.#recent = [...found].slice(0, MOST_RECENT);
    return owners;
  }

  /** Those that were found last, then all, the newest first: a program has mostly just been started. */
  *#candidates(wanted: number): Generator<string> {
    if (wanted === 0) return;
    for (const pid of this.#recent) yield pid;
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    yield* pids.toSorted((a, b) => Number(b) - Number(a));
  }
}

/** By both ends. */
async function openSockets(): Promise<ReadonlyMap<string, Socket>> {
  const sockets = new Map<string, Socket>();
  for (const path of ['/proc/net/tcp', '/proc/net/tcp6']) {
    const table = await readFile(path, 'latin1').catch(() => '');
    for (const line of table.split('\n').slice(1)) {
      const [, local, remote, , , , , user, , inode] = line.trim().split(/\s+/);
      if (local === undefined || remote === undefined || inode === undefined) continue;
      sockets.set(`${mapped(local)} ${mapped(remote)}`, { inode, user: Number(user) });
    }
  }
  return sockets;
}

/** An IPv4 address that a socket of IPv6 has is written as that of IPv4 (RFC 4291 §2.5.5.2). */
function mapped(end: string): string {
  return end.startsWith('0000000000000000FFFF0000') ? end.slice(24) : end;
}

/** As the kernel writes an address and a port: each 32 bits in the machine's own order. */
function hexOf(address: string, port: number): string {
  const bare = plain(address);
  const bytes = bare.includes(':') ? bytesOf6(bare) : bare.split('.').map(Number);
  const words: string[] = [];
  for (let at = 0; at < bytes.length; at += 4)
    words.push(hex(bytes.slice(at, at + 4).toReversed()));
  return `${words.join('')}:${hex([port >> 8, port & 0xff])}`;
}

function hex(bytes: readonly number[]): string {
  return Buffer.from(bytes).toString('hex').toUpperCase();
}

function bytesOf6(address: string): readonly number[] {
  const [head = '', tail] = address.split('::');
  const [first, last] = [groupsOf(head), groupsOf(tail ?? '')];
  const missing = tail === undefined ? 0 : 8 - first.length - last.length;
  return [...first, ...Array.from({ length: missing }, () => '0'), ...last].flatMap((group) => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function groupsOf(part: string): readonly string[] {
  return part === '' ? [] : part.split(':');
}

/**
 * Inodes of the sockets that a process holds; none where it is gone or another user's. Read at once:
 * what lies in /proc is memory, and a trip to another thread for each file takes longer.
 */
function socketsOf(pid: string): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  const files = orElse([], () => readdirSync(folder));
  return files.flatMap((file) => {
    const link = orElse('', () => readlinkSync(`${folder}/${file}`));
    return /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? [];
  });
}

/** A script's own name where it has one, else that of its program. */
function nameOf(pid: string): string | null {
  const called = orElse('', () => readFileSync(`/proc/${pid}/comm`, 'utf8')).trimEnd();
  const file = orElse('', () => readlinkSync(`/proc/${pid}/exe`));
  const program = basename(file.replace(/ \(deleted\)$/, ''));
  const name = called === '' || SAYS_NOTHING.has(called) ? program : called;
  // Whatever a process calls itself, nothing hides in it, and no terminal takes it for a command.
  const shown = visible(name).slice(0, MOST_NAME_LENGTH);
  return shown === '' ? null : shown;
}

/** A process may end, or belong to somebody else, between being listed and being read. */
function orElse<Value>(otherwise: Value, read: () => Value): Value {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
