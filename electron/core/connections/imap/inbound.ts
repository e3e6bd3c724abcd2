/**
 * Stands between the server's bytes and imapflow: cuts them into responses, hands on those that were
 * asked for, each whole and none longer than it has reason to be, and has the socket read no faster
 * than the budget allows. So what a server can cost is bounded by what it sends.
 */
import type { Clock, Timer } from '../../clock.ts';
import { ConnectError } from '../../failures/index.ts';
import type { Inbound } from '../../tls/index.ts';
import { AskedFor, HEAD_BYTES, type Verdict } from './asked-for.ts';
import {
  BEFORE_TLS,
  InboundBudget,
  MAX_GARBAGE_BYTES,
  MAX_RESPONSE,
  RESPONSE_ATOMS,
} from './inbound-budget.ts';
import { Turns } from './turns.ts';

const LF = 0x0a;
/** As much of a line as the mark of a literal takes: `{`, a number of 20 digits, `}`, CR, LF. */
const MARK_BYTES = 24;
const NOTHING = Buffer.alloc(0);
/** Ends what was cut, so that no mark of a literal ends it. */
const CUT = Buffer.from(' ...\r\n');
/** Between atoms: space, quote, parentheses, brackets. */
const SEPARATORS = new Uint8Array(256);
for (const separator of ' "()[]') SEPARATORS[separator.charCodeAt(0)] = 1;

/** Handed on at once, where it is several responses. */
const ATOMS_A_PIECE = 1_000;
/** To look at so many lines takes as long as imapflow does for an atom. */
const LINES_AN_ATOM = 5;
/** Of so many kinds of response it is told that they were left out. */
const MOST_KINDS_TOLD = 10;

/** What is handed on at once. */
interface Piece {
  readonly bytes: Buffer;
  readonly atoms: number;
}

/** One for the whole program: what is shared out is its event loop. */
const TURNS = new Turns();

/** Who has the connection. */
export interface InboundListener {
  /** A response of this kind, such as `VANISHED`, was left out, for the first time. */
  leftOut(kind: string): void;
  /** It is garbage, or goes on being too much: the connection is to end. */
  tooMuch(error: ConnectError): void;
}

export class InboundGuard implements Inbound {
  readonly #clock: Clock;
  readonly #askedFor = new AskedFor();
  readonly #budget: InboundBudget;
  readonly #listener: InboundListener;
  readonly #kindsLeftOut = new Set<string>();
  /** The response that has begun: what is kept of it, all its bytes, and the line it has come to. */
  #kept = Buffer.allocUnsafe(256);
  #keptBytes = 0;
  #size = 0;
  #lineEnd = '';
  #verdict: Verdict | null = null;
  #literalLeft = 0;
  /** Where the mark of its first literal begins: it is not cut behind that. */
  #firstMark: number | null = null;
  #isOver = false;
  #clear = { bytes: 0, lines: 0 };
  /** What is to be handed on, the oldest first. */
  #ready: Piece[] = [];
  /** What goes on in the turn that is waited for. */
  #granted: Buffer | null = null;
  /** What the budget has come to: nothing more is read for so long. */
  #waitMs = 0;
  #pause: Promise<void> | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock, listener: InboundListener) {
    this.#clock = clock;
    this.#budget = new InboundBudget(clock.monotonic());
    this.#listener = listener;
  }

  get pause(): Promise<void> | null {
    return this.#pause;
  }

  /** Names that the latest list had beyond what one may have. */
  get namesLeftOut(): number {
    return this.#askedFor.namesLeftOut;
  }

  sent(bytes: Buffer): void {
    this.#askedFor.sent(bytes);
  }

  /** Something came in plain text, where all of it is bounded. */
  inTheClear(bytes: Buffer): void {
    this.#clear.bytes += bytes.length;
    this.#clear.lines += countOf(bytes, LF);
    if (this.#clear.bytes > BEFORE_TLS.bytes || this.#clear.lines > BEFORE_TLS.lines)
      this.#listener.tooMuch(new ConnectError('NOT_IMAP'));
  }

  receive(bytes: Buffer): Buffer {
    if (this.#isOver) return NOTHING;
    try {
      if (bytes.length > 0) this.#read(bytes);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      this.#isOver = true;
      this.#listener.tooMuch(error);
      return NOTHING;
    }
    return this.#handOn();
  }

  /** What may be handed on in this turn; the rest waits for the next ones, and then the budget. */
  #handOn(): Buffer {
    const pieces = this.#granted === null ? [] : [this.#granted];
    this.#granted = null;
    while (this.#ready.length > 0) {
      const { bytes, atoms } = this.#nextPiece();
      const turn = TURNS.enter(atoms);
      if (turn !== null) {
        this.#granted = bytes;
        this.#pauseUntil(turn);
        return Buffer.concat(pieces);
      }
      pieces.push(bytes);
    }
    if (this.#waitMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#timer = this.#clock.after(this.#waitMs, resolve);
      this.#waitMs = 0;
      this.#pauseUntil(promise);
    }
    return Buffer.concat(pieces);
  }

  #nextPiece(): Piece {
    let atoms = 0;
    let count = 0;
    for (const response of this.#ready) {
      if (count > 0 && atoms + response.atoms > ATOMS_A_PIECE) break;
      atoms += response.atoms;
      count += 1;
    }
    return { bytes: Buffer.concat(this.#ready.splice(0, count).map(({ bytes }) => bytes)), atoms };
  }

  #pauseUntil(moment: Promise<void>): void {
    this.#pause = (async () => {
      await moment;
      this.#pause = null;
    })();
  }

  /** @throws ConnectError where it is garbage, or goes on being too much */
  #read(bytes: Buffer): void {
    let lines = 1;
    let atoms = 0;
    let at = 0;
    while (at < bytes.length) {
      if (this.#literalLeft > 0) {
        const literal = bytes.subarray(at, at + this.#literalLeft);
        this.#take(literal);
        this.#literalLeft -= literal.length;
        at += literal.length;
        continue;
      }
      const lineFeed = bytes.indexOf(LF, at);
      const end = lineFeed < 0 ? bytes.length : lineFeed + 1;
      this.#takeOfLine(bytes.subarray(at, end));
      at = end;
      if (lineFeed < 0) break;
      lines += 1;
      if (this.#endLine()) continue;
      const response = this.#endResponse();
      if (response.length === 0) continue;
      const piece = { bytes: response, atoms: RESPONSE_ATOMS + separatorsIn(response) };
      this.#ready.push(piece);
      atoms += piece.atoms;
    }
    const waitMs = this.#budget.spend(
      { bytes: bytes.length, lines, atoms },
      this.#clock.monotonic(),
    );
    if (waitMs === null) throw new ConnectError('FLOODING');
    // What is left out is looked at as well: Node reads 2 MB of a connection before the next one.
    this.#ready.push({ bytes: NOTHING, atoms: Math.floor(lines / LINES_AN_ATOM) });
    this.#waitMs = waitMs;
  }

  /** The connection is over: nothing is waited for any more. */
  close(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  #take(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#size > MAX_GARBAGE_BYTES) throw new ConnectError('NOT_IMAP');
    if (this.#verdict === 'drop') return;
    const wanted = Math.min(this.#keptBytes + piece.length, MAX_RESPONSE.bytes + 1);
    if (wanted > this.#kept.length) {
      const larger = Buffer.allocUnsafe(Math.min(2 * wanted, MAX_RESPONSE.bytes + 1));
      this.#kept.copy(larger, 0, 0, this.#keptBytes);
      this.#kept = larger;
    }
    this.#keptBytes += piece.copy(this.#kept, this.#keptBytes);
  }

  #takeOfLine(piece: Buffer): void {
    this.#take(piece);
    const end = piece.toString('latin1', Math.max(0, piece.length - MARK_BYTES));
    this.#lineEnd = (this.#lineEnd + end).slice(-MARK_BYTES);
  }

  /** @returns whether the response goes on, with a literal */
  #endLine(): boolean {
    const line = this.#lineEnd;
    this.#lineEnd = '';
    // Where the two could read a mark differently, the server would choose what imapflow takes for one.
    if (/\d{20,}\}\r?\n$/.test(line)) throw new ConnectError('NOT_IMAP');
    const [mark = '', digits] = /\{(\d+)\}\r?\n$/.exec(line) ?? [];
    const literalBytes = Number(digits ?? 0);
    const size = this.#size + literalBytes;
    if (size > MAX_GARBAGE_BYTES) throw new ConnectError('NOT_IMAP');
    this.#verdict ??= this.#judge(size);
    if (digits === undefined) return false;
    this.#firstMark ??= this.#keptBytes - mark.length;
    this.#literalLeft = literalBytes;
    // It cannot be handed on whole, and not in part: imapflow would wait for the rest.
    if (size > MAX_RESPONSE.bytes) this.#leaveOut();
    return true;
  }

  #judge(size: number): Verdict {
    const verdict = this.#askedFor.judge(this.#head, size);
    if (verdict === 'drop') this.#noteLeftOut();
    return verdict;
  }

  get #head(): string {
    return this.#kept.toString('latin1', 0, Math.min(this.#keptBytes, HEAD_BYTES));
  }

  /** @returns what is handed on of it; nothing where it is left out */
  #endResponse(): Buffer {
    const verdict = this.#verdict;
    let response: Buffer = NOTHING;
    if (verdict !== 'drop') {
      const kept = this.#kept.subarray(0, this.#keptBytes);
      const fits = endOfAtoms(kept);
      if (fits === kept.length && this.#size <= MAX_RESPONSE.bytes) response = Buffer.from(kept);
      else if (verdict === 'pass-shortened') {
        // Within a literal imapflow would take what comes next for the rest of it.
        const end = Math.min(fits, this.#firstMark ?? fits);
        response = Buffer.concat([kept.subarray(0, end), CUT]);
      } else this.#leaveOut();
    }
    this.#keptBytes = 0;
    this.#size = 0;
    this.#verdict = null;
    this.#firstMark = null;
    return response;
  }

  #leaveOut(): void {
    if (this.#verdict === 'drop') return;
    this.#noteLeftOut();
    this.#verdict = 'drop';
    this.#keptBytes = 0;
  }

  /** The first of each kind is told: a flood is one line of the log. */
  #noteLeftOut(): void {
    const [, name] = /^\* (?:\d+ )?([A-Z]+)/i.exec(this.#head) ?? [];
    const kind = name?.toUpperCase() ?? '';
    if (kind === '' || this.#kindsLeftOut.has(kind)) return;
    if (this.#kindsLeftOut.size >= MOST_KINDS_TOLD) return;
    this.#kindsLeftOut.add(kind);
    this.#listener.leftOut(kind);
  }
}

function countOf(bytes: Buffer, value: number): number {
  let count = 0;
  for (let at = bytes.indexOf(value); at >= 0; at = bytes.indexOf(value, at + 1)) count += 1;
  return count;
}

function separatorsIn(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) count += SEPARATORS[byte] ?? 0;
  return count;
}

/** Where the last atom ends that a response may have. */
function endOfAtoms(bytes: Buffer): number {
  let atoms = 0;
  const end = Math.min(bytes.length, MAX_RESPONSE.bytes);
  for (let at = 0; at < end; at += 1) {
    atoms += SEPARATORS[bytes[at] ?? 0] ?? 0;
    if (atoms > MAX_RESPONSE.atoms) return at;
  }
  return end;
}
