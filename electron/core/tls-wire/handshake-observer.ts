/**
 * Follows a TLS handshake from both sides of a connection by what it says in the clear, without any
 * key: whether a session was taken up (RFC 8446 §2.2; RFC 5246 §7.3; RFC 5077 §3.1), and how far it
 * came. Bounded in time and memory by what the two have sent.
 */
import { Reader } from './bytes.ts';
import { parseClientHello, VERSION, type ClientHello } from './client-hello.ts';
import { MESSAGE, RECORD, RecordReader } from './records.ts';
import { parseServerHello, type ServerHello } from './server-hello.ts';
import { TlsStart } from './tls-start.ts';

/** What one side has said so far. */
export type Spoken =
  | 'nothing'
  | 'text'
  | 'tls'
  /** A ClientHello as SSL 2 framed it (RFC 5246 §E.2), which no server takes any more. */
  | 'ssl2'
  /** Neither text nor TLS; also what stopped to be TLS. */
  | 'garbage';

export type Side = 'client' | 'server';

/** An alert in the clear. */
export interface Alert {
  readonly from: Side;
  readonly isFatal: boolean;
  readonly description: number;
}

/**
 * Whether a side took its leave with close_notify. Under TLS 1.3 that is a guess by the length of
 * its last record: of 1,186 connections 48 were taken wrongly, all of one library that pads.
 */
export type Farewell = 'yes' | 'no' | 'likely' | 'unlikely';

/** How far a handshake came; grows while it goes on. */
export interface HandshakeFacts {
  readonly client: Spoken;
  readonly server: Spoken;
  /** Whether the client spoke in plain text first, as with STARTTLS. */
  readonly isAfterText: boolean;
  /** The version that the server chose, as it stands on the wire. */
  readonly version: number | null;
  /** As the registry of IANA numbers them; `null` until the server has chosen one. */
  readonly cipherSuite: number | null;
  /** Whether the server asked for another ClientHello (RFC 8446 §4.1.4). */
  readonly isRetried: boolean;
  /** What the server made of it; `null` until it has said so. */
  readonly answer: 'full' | 'resumed' | null;
  /** Which identity it took up under TLS 1.3. */
  readonly selectedIdentity: number | null;
  /** The client's Finished was seen, or under TLS 1.3 what must be it. */
  readonly isFinished: boolean;
  /** The client's first encrypted record under TLS 1.3 is too short for a Finished: an alert. */
  readonly isAborted: boolean;
  readonly alert: Alert | null;
  /** A second handshake on the same connection, TLS 1.2 and earlier. */
  readonly isRenegotiated: boolean;
  /** Application data came from the client; `false` under TLS 1.3, where it cannot be told. */
  readonly hasSpoken: boolean;
  /** The client's, should it end here; `null` before its Finished. */
  readonly farewell: Farewell | null;
}

/** Hears what a handshake shows; its bytes are to be used at once, and not kept. */
export interface HandshakeSink {
  /** A second one follows where the server asks for it. */
  clientHello(hello: ClientHello): void;
  /**
   * TLS 1.2 and earlier: what the client may offer next time.
   *
   * @param lifetimeSeconds `null` where none was told: with session IDs, and where the hint is 0
   */
  issued(
    mechanism: 'tls12-ticket' | 'session-id',
    bytes: Uint8Array,
    lifetimeSeconds: number | null,
  ): void;
}

/** RFC 8446 §4.4.4 and §5.2: header, 32 bytes of SHA-256, type, and a tag of 8 at least. */
const SHORTEST_FINISHED_BYTES = 4 + 32 + 1 + 8;
/** Two bytes, type, and the tag of 16 that every usual cipher has. */
const TLS13_ALERT_BYTES = 2 + 1 + 16;
const FATAL = 2;
/** They tell a full handshake: a resumed one has none of them (RFC 5246 §7.3). */
const FULL_ONLY: ReadonlySet<number> = new Set([
  MESSAGE.certificate,
  MESSAGE.serverKeyExchange,
  MESSAGE.certificateRequest,
  MESSAGE.serverHelloDone,
  MESSAGE.certificateStatus,
]);

/** One side of a connection. */
interface Leg {
  readonly start: TlsStart;
  records: RecordReader;
  /** What seemed to be TLS is none. */
  isMistaken: boolean;
}

function newLeg(start: TlsStart, records: RecordReader): Leg {
  return { start, records, isMistaken: false };
}

type Changing = { -readonly [Field in keyof HandshakeFacts]: HandshakeFacts[Field] };

export class HandshakeObserver {
  readonly #facts: Changing = {
    client: 'nothing',
    server: 'nothing',
    isAfterText: false,
    version: null,
    cipherSuite: null,
    isRetried: false,
    answer: null,
    selectedIdentity: null,
    isFinished: false,
    isAborted: false,
    alert: null,
    isRenegotiated: false,
    hasSpoken: false,
    farewell: null,
  };
  readonly #sink: HandshakeSink;
  readonly #legs: Record<Side, Leg> = {
    client: newLeg(new TlsStart(false), this.#newClientRecords()),
    server: newLeg(new TlsStart(true), this.#newServerRecords()),
  };
  #hellos = 0;
  /** Of the session that a full handshake makes, TLS 1.2 and earlier. */
  #newSessionId: Uint8Array = new Uint8Array();

  constructor(sink: HandshakeSink) {
    this.#sink = sink;
  }

  get facts(): HandshakeFacts {
    return this.#facts;
  }

  /** What the client sent, in whatever pieces. */
  fromClient(chunk: Uint8Array): void {
    this.#read('client', chunk);
  }

  /** What the server sent, in whatever pieces. */
  fromServer(chunk: Uint8Array): void {
    this.#read('server', chunk);
  }

  #read(side: Side, chunk: Uint8Array): void {
    const facts = this.#facts;
    const leg = this.#legs[side];
    let found = leg.start.find(chunk);
    while (found !== null) {
      const isAfterText = leg.start.hasText;
      if (side === 'client') facts.isAfterText = isAfterText;
      facts[side] = 'tls';
      leg.records.push(found);
      if (!leg.isMistaken) return;
      leg.isMistaken = false;
      leg.records = side === 'client' ? this.#newClientRecords() : this.#newServerRecords();
      facts[side] = isAfterText ? 'text' : 'garbage';
      found = leg.start.findAgain();
    }
    if (facts[side] === 'nothing' && leg.start.hasText) facts[side] = kindOf(chunk);
  }

  #newClientRecords(): RecordReader {
    return new RecordReader({
      record: (type, length) => {
        this.#clientRecord(type, length);
      },
      begins: (type) => {
        if (type === MESSAGE.clientHello && this.#awaitsHello()) return 'keep';
        return this.#hellos > 0 ? 'skip' : 'stop';
      },
      message: (_type, body) => {
        const hello = parseClientHello(body);
        if (hello === null) this.#isNoHello();
        else {
          this.#hellos += 1;
          this.#legs.client.start.isKnown();
          this.#sink.clientHello(hello);
        }
      },
      alert: (level, description) => {
        this.#alerted('client', level, description);
      },
      garbage: () => {
        this.#isNoHello();
      },
    });
  }

  #newServerRecords(): RecordReader {
    return new RecordReader({
      record: (type) => {
        if (type === RECORD.changeCipherSpec) this.#serverChanges();
      },
      begins: (type) => {
        if (FULL_ONLY.has(type)) this.#isFull();
        return type === MESSAGE.serverHello || type === MESSAGE.newSessionTicket ? 'keep' : 'skip';
      },
      message: (type, body) => {
        if (type === MESSAGE.newSessionTicket) {
          const reader = new Reader(body);
          const hint = reader.number(2) * 0x1_00_00 + reader.number(2);
          this.#issued('tls12-ticket', reader.vector(2), hint === 0 ? null : hint);
          return;
        }
        const hello = parseServerHello(body);
        if (hello !== null) this.#serverHello(hello);
      },
      alert: (level, description) => {
        this.#alerted('server', level, description);
      },
      garbage: () => {
        if (this.#facts.version === null) this.#legs.server.isMistaken = true;
      },
    });
  }

  /** The first one, and the one that a server may ask for once (RFC 8446 §4.1.4). */
  #awaitsHello(): boolean {
    return this.#hellos < (this.#facts.isRetried ? 2 : 1);
  }

  /** It was a line that only looked like TLS. */
  #isNoHello(): void {
    if (this.#hellos > 0) return;
    this.#legs.client.records.stop();
    this.#legs.client.isMistaken = true;
  }

  #clientRecord(type: number, length: number): void {
    const facts = this.#facts;
    const { records } = this.#legs.client;
    if (facts.version === null) return;
    if (facts.version < VERSION.tls13) {
      if (type === RECORD.changeCipherSpec) records.isEncrypted = true;
      else if (!records.isEncrypted) return;
      else if (type === RECORD.alert) facts.farewell = 'yes';
      else if (type !== RECORD.handshake) {
        facts.hasSpoken = true;
        facts.farewell = 'no';
      } else if (facts.isFinished) facts.isRenegotiated = true;
      else {
        facts.isFinished = true;
        facts.farewell = 'no';
      }
      return;
    }
    if (type !== RECORD.applicationData || facts.answer === null || facts.isAborted) return;
    if (facts.isFinished) facts.farewell = length === TLS13_ALERT_BYTES ? 'likely' : 'unlikely';
    else if (length === TLS13_ALERT_BYTES) facts.isAborted = true;
    else if (length >= SHORTEST_FINISHED_BYTES) {
      facts.isFinished = true;
      facts.farewell = 'unlikely';
    }
  }

  #serverHello(hello: ServerHello): void {
    const { version, cipherSuite, isRetryRequest, sessionId, selectedIdentity } = hello;
    const facts = this.#facts;
    this.#legs.server.start.isKnown();
    facts.version = version;
    facts.cipherSuite = cipherSuite;
    if (isRetryRequest) {
      facts.isRetried = true;
    } else if (version >= VERSION.tls13) {
      facts.answer = selectedIdentity === null ? 'full' : 'resumed';
      facts.selectedIdentity = selectedIdentity;
    } else {
      this.#newSessionId = sessionId;
    }
  }

  #serverChanges(): void {
    const { version, answer } = this.#facts;
    if (version === null || version >= VERSION.tls13) return;
    if (answer === null) this.#facts.answer = 'resumed';
    this.#legs.server.records.isEncrypted = true;
  }

  #isFull(): void {
    const { version, answer } = this.#facts;
    if (version === null || answer !== null) return;
    this.#facts.answer = 'full';
    this.#issued('session-id', this.#newSessionId, null);
  }

  #issued(...session: Parameters<HandshakeSink['issued']>): void {
    const [, bytes] = session;
    if (bytes.length > 0) this.#sink.issued(...session);
  }

  #alerted(from: Side, level: number, description: number): void {
    if (from === 'server') this.#legs.server.start.isKnown();
    this.#facts.alert ??= { from, isFatal: level === FATAL, description };
  }
}

/** What the first bytes of a side are that do not begin TLS. */
function kindOf(bytes: Uint8Array): Spoken {
  const [first = 0, , type, major] = bytes;
  if (first >= 0x80 && type === MESSAGE.clientHello && (major === 0 || major === 2 || major === 3))
    return 'ssl2';
  return bytes.subarray(0, 64).every(isText) ? 'text' : 'garbage';
}

/** Mail protocols speak in lines; names in them may be UTF-8. */
function isText(byte: number): boolean {
  return byte >= 0x20 ? byte !== 0x7f : byte === 0x09 || byte === 0x0a || byte === 0x0d;
}
