/**
 * Sessions that outlive the program, where the user wants that. What two rules demand decides when
 * the file is written:
 *
 * - Under `private` a session that was offered once is never offered again, whatever happens. So
 *   the sessions of such accounts are in the file only while no program runs: they go into it as
 *   the last act of an orderly end, and it is removed before any of them is used. After a crash
 *   they are lost.
 * - What was forgotten is nowhere. So each time something is forgotten, switched off or put under
 *   another policy, the file is written anew at once, and the call that asked for it waits.
 *
 * The sessions of other accounts are copied while the program runs as well, once a minute where
 * there are changes: a crash loses those of the last minute, and may bring back one that was used in
 * it, which their policies allow. One that is `shared` comes back when all whose it is are there, share
 * still, and are who they were.
 */
import type { HeldSession, Owner } from '../cache/held-session.ts';
import {
  keptKey,
  openSessions,
  sealSessions,
  type Decoded,
  type KeptHome,
  type Protector,
} from './kept-format.ts';
import type { SessionCache } from '../cache/session-cache.ts';
import type { KeptPeer, SessionKeeper } from './keepable.ts';

/** A burst of connections is one write. */
export const SAVE_AFTER_MS = 2_000;
/**
 * What came is not written more often than this, with however many connections; what a crash may lose
 * is as old. The file may be megabytes, and there is always one connection that has just begun.
 */
export const SAVE_EVERY_MS = 60_000;

/**
 * A key store that is locked asks its user first, and a broken one never answers. The program shows
 * itself all the same, without kept sessions then.
 */
export const OPEN_WITHIN_MS = 5_000;

/** What was found where kept sessions lie. */
export type Taken =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'content'; readonly content: Uint8Array }
  | { readonly kind: 'unusable'; readonly why: string };

/** The file on the disk. */
export interface KeptFile {
  readonly path: string;
  /** Reads and removes it: when this resolves, no later start finds it. Never rejects. */
  take(): Promise<Taken>;
  /** Replaces it as a whole. @throws the file system's error */
  write(content: Uint8Array): Promise<void>;
  /**
   * Makes sure that it is not there.
   *
   * @throws an error that says what is still there and what to do: who asked for it gets it as it is
   */
  remove(): Promise<void>;
}

/** Time by parameter, so that tests need no waiting. */
export interface KeptClock {
  /** Milliseconds since the epoch; may jump. */
  now(): number;
  /** Calls back once after `delayMs`, unless it is cancelled before. */
  after(delayMs: number, run: () => void): { cancel(): void };
}

/** Where it is said that something could not be kept or taken over. Never throws. */
export interface KeptLog {
  warn(text: string): void;
  error(text: string, error: unknown): void;
}

/** What the kept sessions work with. */
export interface KeptSessionsDeps {
  readonly cache: Pick<SessionCache, 'keepable' | 'handOver'>;
  readonly file: KeptFile;
  readonly protector: Protector;
  readonly home: KeptHome;
  /** Names of the network that the machine is on, or was on last; without it none is written. */
  readonly network?: () => readonly string[];
  /** Whether sessions are to be used on no other network than the one where they were kept. */
  readonly staysOnNetwork?: () => boolean;
  readonly clock: KeptClock;
  readonly log: KeptLog;
}

type Pool = Extract<Decoded, { readonly kind: 'kept' }>;

/** Keeps the sessions of one cache in one file; its calls follow one another. */
export class KeptSessions implements SessionKeeper {
  readonly #deps: KeptSessionsDeps;
  #isWanted = false;
  #isClosed = false;
  /** From the last run, until every account has taken its own. */
  #pool: Pool | null = null;
  /** Those that share and have asked for theirs, by {@link keptKey} of their own key. */
  readonly #sharing = new Map<string, Owner>();
  #isLoaded = false;
  /** There may be a file of ours. */
  #hasFile = false;
  /** Until what came is written, or may be written again. */
  #timer: ReturnType<KeptClock['after']> | null = null;
  /** Something came that is not in the file. */
  #isStale = false;
  /** Writes and removals follow one another. */
  #last: Promise<void> = Promise.resolve();
  /** A write for something forgotten that has not begun: it will leave out all that is by then. */
  #due: Promise<void> | null = null;
  /** The latest such write. */
  #purge: Promise<void> | null = null;
  #isFailing = false;

  constructor(deps: KeptSessionsDeps) {
    this.#deps = deps;
  }

  /** What is protected in memory only must not touch the disk; that may change during a run. */
  get #isOn(): boolean {
    return this.#isWanted && this.#deps.protector.protection.kind !== 'memory';
  }

  /** Begins a run: reads what the last one left, or removes it where that is not wanted. Never rejects. */
  async load(isWanted: boolean): Promise<void> {
    const { file, staysOnNetwork, log } = this.#deps;
    this.#isWanted = isWanted;
    if (!this.#isOn) {
      this.#hasFile = true;
      await this.#remove().catch((error: unknown) => {
        log.error(`the kept sessions in ${file.path} could not be removed`, error);
      });
      return;
    }
    const taken = await file.take();
    if (taken.kind === 'nothing') return;
    const isBound = staysOnNetwork?.() ?? false;
    // It may be what could not be removed.
    this.#hasFile = taken.kind === 'unusable';
    const found =
      taken.kind === 'content' ? await this.#open(taken.content, this.#home(isBound)) : taken;
    if (found.kind === 'kept') this.#pool = found;
    else log.warn(`No session is taken over from ${file.path}: ${found.why}.`);
  }

  /** Never rejects. */
  async #open(content: Uint8Array, home: KeptHome): Promise<Decoded> {
    const { protector, clock } = this.#deps;
    const { promise: late, resolve } = Promise.withResolvers<Decoded>();
    const timer = clock.after(OPEN_WITHIN_MS, () => {
      resolve({ kind: 'unusable', why: 'what protects it does not answer' });
    });
    const found = await Promise.race([openSessions(content, protector, home, clock.now()), late]);
    timer.cancel();
    return found;
  }

  /** Every account has taken its own: what is left is nobody's. */
  loaded(): void {
    this.#isLoaded = true;
    if (this.#pool === null) return;
    this.#pool = null;
    this.#sharing.clear();
    this.changed();
  }

  get isGivingBack(): boolean {
    return this.#isOn && !this.#isLoaded;
  }

  takeBack(
    key: string,
    sharing: KeptPeer['sharing'],
    owner: Owner,
    ownKey: string = key,
  ): HeldSession[] {
    if (this.#pool === null) return [];
    const { salt, peers } = this.#pool;
    const name = keptKey(salt, key);
    const kept = peers.get(name);
    peers.delete(name);
    // Only the file was changed meanwhile: what one policy allowed, the other may not.
    if (kept?.sharing !== sharing) return [];
    if (sharing !== 'shared') {
      for (const session of kept.sessions) session.owners = [owner];
      return [...kept.sessions];
    }
    this.#sharing.set(keptKey(salt, ownKey), owner);
    const isWhole = ({ owners }: HeldSession): boolean =>
      owners.length > 0 && owners.every(({ account }) => this.#sharing.has(account));
    const sessions = kept.sessions.filter(isWhole);
    // The others wait for those whose they are as well.
    const waiting = kept.sessions.filter((session) => !isWhole(session));
    peers.set(name, { ...kept, sessions: waiting });
    for (const session of sessions) {
      session.owners = session.owners.flatMap(({ account }) => this.#sharing.get(account) ?? []);
    }
    return sessions;
  }

  /**
   * Takes over the setting: when this resolves, what is held lies on the disk, or nothing does.
   *
   * @throws {@link KeptFile.remove}'s error
   */
  async setWanted(isWanted: boolean): Promise<void> {
    this.#isWanted = isWanted;
    this.#timer?.cancel();
    this.#timer = null;
    await this.#inTurn(() => (this.#isOn ? this.#save() : this.#remove()));
  }

  changed(): void {
    if (!this.#isOn || this.#isClosed) return;
    this.#isStale = true;
    this.#timer ??= this.#deps.clock.after(SAVE_AFTER_MS, () => {
      this.#saveWhatCame();
    });
  }

  #saveWhatCame(): void {
    this.#timer = null;
    if (!this.#isStale) return;
    this.#timer = this.#deps.clock.after(SAVE_EVERY_MS, () => {
      this.#saveWhatCame();
    });
    this.#inTurn(() => this.#save()).catch((error: unknown) => {
      this.#complain(error);
    });
  }

  forgotten(): void {
    if (!this.#isOn || this.#isClosed || !this.#hasFile) return;
    this.#due ??= this.#inTurn(() => {
      this.#due = null;
      return this.#save();
    });
    this.#purge = this.#due;
    this.#purge.catch((error: unknown) => {
      this.#complain(error);
    });
  }

  /**
   * Resolves when what was forgotten until now is no longer in the file.
   *
   * @throws {@link KeptFile.remove}'s error where it could be neither written nor removed
   */
  async settled(): Promise<void> {
    const purge = this.#purge;
    try {
      await purge;
    } finally {
      if (this.#purge === purge) this.#purge = null;
    }
  }

  /** The orderly end, when nobody connects any more: all that may be kept is. Never rejects. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer?.cancel();
    try {
      await this.#inTurn(() => this.#save(true));
    } catch (error) {
      this.#complain(error);
    }
  }

  /** @throws where an older file could not even be removed */
  async #save(isLast = false): Promise<void> {
    // Off, or switched off while this waited: then the file goes, or is gone. After the end nothing
    // is held, and what was written then must stay.
    if (!this.#isOn || (this.#isClosed && !isLast)) return;
    this.#isStale = false;
    const { cache, file, protector, clock } = this.#deps;
    const peers = isLast ? cache.handOver() : cache.keepable();
    if (peers.length === 0) {
      await this.#remove();
      return;
    }
    this.#hasFile = true;
    try {
      await file.write(await sealSessions(peers, protector, this.#home(true), clock.now()));
      this.#isFailing = false;
    } catch (error) {
      // An older one would hold what was used or forgotten since.
      await this.#remove();
      this.#complain(error);
    }
  }

  #home(isBound: boolean): KeptHome {
    const { home, network } = this.#deps;
    return isBound ? { ...home, network: network?.() ?? [] } : home;
  }

  async #remove(): Promise<void> {
    if (!this.#hasFile) return;
    await this.#deps.file.remove();
    this.#hasFile = false;
  }

  /** Once for as long as it goes on: every change would say it again. */
  #complain(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#deps.log.error('sessions could not be kept for the next start', error);
  }

  #inTurn(step: () => Promise<void>): Promise<void> {
    const run = this.#last.then(step);
    this.#last = run.catch(() => undefined);
    return run;
  }
}
