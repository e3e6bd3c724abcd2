/** What one connection through the pass-through shows, read from both of its legs. */
import { performance } from 'node:perf_hooks';
import type {
  WatchedConnection,
  WatchedEnd,
  WatchedOffer,
  WatchedOutcome,
  WatchedProgram,
  WatchedVersion,
  WatchFailure,
} from '../../../shared/your-client.ts';
import {
  HandshakeObserver,
  offersOf,
  sha256,
  type ClientHello,
  type HandshakeFacts,
} from '../tls-wire/index.ts';
import type { SessionBook } from './session-memory.ts';
import { failureText } from './failure-text.ts';

/** A client has one or two; beyond these nobody counts. */
const MOST_OFFERS = 16;
/** A name has at most 255 bytes; whoever sends more is not quoted whole. */
const MOST_NAME_LENGTH = 255;

const VERSIONS: Readonly<Record<number, WatchedVersion>> = {
  0x0300: 'SSLv3',
  0x0301: 'TLSv1',
  0x0302: 'TLSv1.1',
  0x0303: 'TLSv1.2',
  0x0304: 'TLSv1.3',
};

/** Why the server's leg did not come about. */
export interface DialFailure {
  readonly reason: Extract<WatchFailure, 'server-unreachable' | 'loop' | 'no-socket'>;
  readonly text: string;
}

/** With what tells sessions apart. */
export type HashedOffer = WatchedOffer & { readonly hash: string };

export class Watched {
  program: WatchedProgram = { kind: 'pending' };
  readonly number: number;
  readonly #startedAt = Date.now();
  readonly #beganMs = performance.now();
  readonly #memory: SessionBook;
  readonly #observer: HandshakeObserver;
  #serverName: string | null = null;
  #hasEarlyData = false;
  #takesTickets = true;
  #hello: ClientHello | null = null;
  readonly #offers: HashedOffer[] = [];
  #failure: DialFailure | null = null;
  #ended: WatchedEnd | null = null;
  #sentBytes = 0;
  #receivedBytes = 0;

  constructor(number: number, memory: SessionBook) {
    this.number = number;
    this.#memory = memory;
    this.#observer = new HandshakeObserver({
      clientHello: (hello) => {
        this.#readHello(hello);
      },
      issued: (mechanism, bytes, lifetimeSeconds) => {
        memory.issued(sha256(bytes), number, mechanism, lifetimeSeconds);
      },
    });
  }

  /** Reads on. @returns whether more is known by it than before */
  fromClient(chunk: Uint8Array): boolean {
    this.#sentBytes += chunk.length;
    const before = this.#state();
    this.#observer.fromClient(chunk);
    return this.#state() !== before;
  }

  /** As {@link fromClient}. */
  fromServer(chunk: Uint8Array): boolean {
    this.#receivedBytes += chunk.length;
    const before = this.#state();
    this.#observer.fromServer(chunk);
    return this.#state() !== before;
  }

  /** The server could not be had. */
  failed(failure: DialFailure): void {
    this.#failure ??= failure;
  }

  /** A side ended, or both are cut off; the first that did is told. */
  end(by: WatchedEnd['by'], how: WatchedEnd['how']): void {
    if (this.#ended !== null) return;
    const { farewell } = this.#observer.facts;
    // Rounded down, as the time of the next one is: else it might seem to have begun before.
    const afterMs = Math.floor(performance.now() - this.#beganMs);
    this.#ended = { by, how, closeNotify: farewell, afterMs };
  }

  /** The latest ClientHello; `null` until one has come. */
  get hello(): ClientHello | null {
    return this.#hello;
  }

  get offers(): readonly HashedOffer[] {
    return this.#offers;
  }

  /** How far the handshake has come. */
  get facts(): HandshakeFacts {
    return this.#observer.facts;
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** Everything that is known by now, as a value. */
  view(): WatchedConnection {
    const { facts } = this.#observer;
    return {
      number: this.number,
      startedAt: this.#startedAt,
      program: this.program,
      serverName: this.#serverName,
      begins: facts.client !== 'tls' ? null : facts.isAfterText ? 'starttls' : 'tls',
      version: facts.version === null ? null : (VERSIONS[facts.version] ?? null),
      offers: this.#offers.map(({ mechanism, sameAs, issuedBy }) => {
        return { mechanism, sameAs, issuedBy };
      }),
      outcome: this.#outcome(),
      // A side may say goodbye after the other one has closed.
      ended: this.#ended === null ? null : { ...this.#ended, closeNotify: facts.farewell },
      earlyData: this.#hasEarlyData,
      helloRetried: facts.isRetried,
      renegotiated: facts.isRenegotiated,
      sentBytes: this.#sentBytes,
      receivedBytes: this.#receivedBytes,
    };
  }

  /** What is compared to find out whether something new was said. */
  #state(): number {
    const { client, server, answer, isFinished, isAborted, alert, version, isRenegotiated } =
      this.#observer.facts;
    return (
      (client === 'nothing' ? 0 : client === 'text' ? 1 : 2) +
      (server === 'nothing' ? 0 : server === 'text' ? 3 : 6) +
      (answer === null ? 0 : 9) +
      (isFinished ? 18 : 0) +
      (isAborted ? 36 : 0) +
      (alert === null ? 0 : 72) +
      (version === null ? 0 : 144) +
      (isRenegotiated ? 288 : 0) +
      576 * this.#offers.length
    );
  }

  #readHello(hello: ClientHello): void {
    const { serverName, hasEarlyData, takesTickets, pskModes } = hello;
    this.#hello = hello;
    this.#serverName = serverName === null ? null : printable(serverName);
    this.#hasEarlyData ||= hasEarlyData;
    this.#takesTickets = takesTickets || pskModes.length > 0;
    const known = new Set(this.#offers.map(({ hash }) => hash));
    const offers = offersOf(hello, (hash) => this.#memory.issuer(hash) !== null);
    for (const { mechanism, sha256: hash } of offers) {
      // A second ClientHello, which the server asked for, names the same ones.
      if (known.has(hash)) continue;
      if (this.#offers.length >= MOST_OFFERS) return;
      this.#offers.push({ mechanism, hash, ...this.#memory.offered(hash, this.number) });
    }
  }

  #outcome(): WatchedOutcome {
    const { facts } = this.#observer;
    const offered = this.#offers[facts.selectedIdentity ?? 0] ?? this.#offers[0];
    const answer = answerOf(facts, offered !== undefined);
    const failure = this.#failureOf(facts);
    if (failure !== null) {
      const text = this.#failure?.text ?? failureText(failure, facts.alert);
      return { kind: 'failed', reason: failure, answer, text };
    }
    switch (answer) {
      case null:
        return { kind: 'pending' };
      case 'full':
        return { kind: 'full', reason: this.#takesTickets ? 'none-offered' : 'takes-none' };
      case 'refused':
        return { kind: 'refused', mechanism: offered?.mechanism ?? 'session-id' };
      case 'resumed':
        // Under TLS 1.2 what is taken up was offered, though its issue may not have been seen.
        return { kind: 'resumed', mechanism: takenUp(facts, this.#offers) };
    }
  }

  #failureOf(facts: HandshakeFacts): WatchFailure | null {
    const { client, server, answer, isFinished, isAborted, alert } = facts;
    if (this.#failure !== null && answer === null) return this.#failure.reason;
    if (isFinished) return null;
    if (client === 'tls') {
      if (answer === null && alert?.from === 'server' && alert.isFatal) return 'server-alert';
      if (answer === null && server === 'garbage') return 'server-garbage';
      if (answer === null && server === 'text' && !facts.isAfterText) return 'server-plain';
      if (isAborted || (alert?.from === 'client' && alert.isFatal)) return 'client-gave-up';
    } else if (client === 'ssl2') return 'client-ssl2';
    else if (client === 'garbage') return 'client-garbage';
    // What was cut off here failed by nobody's doing.
    if (this.#ended === null || this.#ended.by === 'pass-through') return null;
    const isByServer = this.#ended.by === 'server';
    if (client === 'tls') {
      if (isByServer) return 'server-left';
      return answer === null ? 'client-left' : 'client-gave-up';
    }
    if (client === 'text') return 'client-plain';
    return isByServer ? 'server-left' : 'client-silent';
  }
}

function answerOf(
  facts: HandshakeFacts,
  hasOffered: boolean,
): 'resumed' | 'full' | 'refused' | null {
  return facts.answer === 'full' && hasOffered ? 'refused' : facts.answer;
}

function takenUp(
  facts: HandshakeFacts,
  offers: readonly WatchedOffer[],
): WatchedOffer['mechanism'] {
  if (facts.selectedIdentity !== null) return 'tls13-ticket';
  return offers.find(({ mechanism }) => mechanism === 'tls12-ticket')?.mechanism ?? 'session-id';
}

/** As text that nothing can be hidden in: a name is whatever bytes a client puts there. */
function printable(name: string): string {
  return name
    .slice(0, MOST_NAME_LENGTH)
    .replaceAll(
      /[^\u0020-\u007e]|\\/g,
      (it) => `\\x${it.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );
}
