/** One connection to the lab, from the first byte to the last, and what it shows. */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import type { LabConnection, LabWay } from '../../../../../shared/client-check.ts';
import type { MailProtocol } from '../../../../../shared/check.ts';
import type { WatchedProgram } from '../../../../../shared/your-client.ts';
import type { Layer, SessionEnd } from '../../../demo/index.ts';
import { sha256 } from '../../../tls-wire/index.ts';
import { Watched } from '../../watched.ts';
import { takesOf, type LabSessions } from './lab-sessions.ts';
import { handshake, type LabSecrets } from './lab-tls.ts';
import { serveImap } from './mail/imap.ts';
import { serveLines } from './mail/line-session.ts';
import { POP3 } from './mail/pop3.ts';
import { SMTP } from './mail/smtp.ts';
import type { Behaviour, Plan } from '../plan.ts';
import { OpenedRecords } from './opened-records.ts';
import { TappedStream } from './tapped-stream.ts';

/** A client that says nothing for so long is let go, so that it comes again. */
const SILENCE_LIMIT_MS = 10_000;
/** However much it says, one byte at a time. */
const VISIT_LIMIT_MS = 300_000;
/** At the port for TLS: who says nothing by then waits for a greeting, to begin with STARTTLS. */
const FIRST_WORD_MS = 1500;
/** For the client to close too. */
const LEAVE_MS = 2000;
/** Its first word may come before it has read anything, as after STARTTLS. */
const TURNS_TO_READ = 2;
/** For the last bytes of a client that has gone, in the middle of a handshake. */
const GONE_MS = 200;
/** Usually 10 ms; one that is not found by then is not waited for. */
const LOOK_LIMIT_MS = 5000;

const TLS12 = 0x0303;
const FIRST_STEP = { step: 'full', variant: 'tls13-ticket' } as const;

/** What is said to a client that is let go. */
const FAREWELLS = {
  imap: '* BYE Nothing was said for a while\r\n',
  smtp: '421 4.4.2 Nothing was said for a while\r\n',
  pop3: '-ERR Nothing was said for a while\r\n',
} as const satisfies Record<MailProtocol, string>;

/** Where it came in. */
export interface LabDoor {
  readonly protocol: MailProtocol;
  readonly way: LabWay;
  readonly port: number;
}

/** What all connections share. */
export interface LabHouse {
  readonly sessions: LabSessions;
  readonly plans: Readonly<Record<LabWay, Plan>>;
  readonly secrets: LabSecrets;
  /** Names that the program was told to dial, beside localhost and addresses. */
  readonly names: readonly string[];
  /** Tells whose connection it is. */
  readonly find: (socket: Socket, tell: (program: WatchedProgram) => void) => void;
  /** The same for all connections of one process. */
  readonly processOf: (program: WatchedProgram) => string;
  /** More is known of it. */
  readonly changed: (visit: LabVisit) => void;
}

export class LabVisit {
  readonly #house: LabHouse;
  readonly #door: LabDoor;
  readonly #socket: Socket;
  readonly #watched: Watched;
  readonly #opened: OpenedRecords;
  readonly #silence: NodeJS.Timeout;
  readonly #given: string[] = [];
  /** The client has said something, or left. */
  readonly #firstWord = Promise.withResolvers<void>();
  /** Its ClientHello is here, or none will come. */
  readonly #helloCame = Promise.withResolvers<void>();
  readonly #closed: Promise<unknown>;
  #way: LabWay;
  #behaviour: Behaviour | null = null;
  #helloAtMs = 0;
  #hasTls = false;
  #hasSpoken = false;
  #hasHandshake = false;
  #closeAlert = false;
  readonly #ended = Promise.withResolvers<void>();
  #hasLeft = false;
  #isLetGo = false;
  /** The server has said something under TLS, to which the client has not answered. */
  #isAnswerDue = false;
  #turns = 0;
  #readAfterMs: number | null = null;
  readonly #beganMs = performance.now();
  /** It has broken off by an alert. */
  #hasGivenUp = false;
  #secured: TLSSocket | null = null;
  #isOver = false;
  #isBeyond = false;

  constructor(number: number, socket: Socket, door: LabDoor, house: LabHouse) {
    this.#house = house;
    this.#door = door;
    this.#socket = socket;
    this.#way = door.way;
    this.#hasTls = door.way === 'tls';
    this.#closed = new Promise((resolve) => {
      socket.once('close', resolve);
    });
    const book = house.sessions.bookOf(
      () => {
        const { generation = null, lifetimeSeconds = 0 } = this.#behaviour ?? {};
        const serverName = this.#watched.hello?.serverName ?? null;
        return {
          port: door.port,
          generation,
          lifetimeSeconds,
          serverName,
          atMs: performance.now(),
        };
      },
      (hash) => {
        this.#given.push(hash);
      },
    );
    this.#watched = new Watched(number, book);
    this.#opened = new OpenedRecords(
      {
        ticket: (ticket, lifetimeSeconds) => {
          book.issued(sha256(ticket), number, 'tls13-ticket', lifetimeSeconds);
        },
        alert: (from, description) => {
          if (from !== 'client') return;
          if (description === 0) this.#closeAlert = true;
          else this.#gaveUp();
        },
        spoken: () => {
          this.#spoke();
        },
      },
      () => this.#watched.facts.cipherSuite,
    );
    this.#silence = setTimeout(() => {
      this.#letGo();
    }, SILENCE_LIMIT_MS);
  }

  /** Serves it until it is over. Never rejects. */
  async serve(): Promise<void> {
    const limit = setTimeout(() => {
      this.cutOff();
    }, VISIT_LIMIT_MS);
    try {
      await this.#serve();
    } finally {
      clearTimeout(limit);
      clearTimeout(this.#silence);
      this.#watched.end('server', 'close');
      this.#isOver = true;
      this.#settle(true);
      this.#house.changed(this);
    }
  }

  /** Ends it at once. */
  cutOff(): void {
    this.#watched.end('pass-through', 'reset');
    this.#socket.destroy();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It came when the plan was over, and shows nothing. */
  get isBeyond(): boolean {
    return this.#isBeyond;
  }

  get number(): number {
    return this.#watched.number;
  }

  /** Everything that is known by now. */
  view(): LabConnection {
    const { sessions, names, plans } = this.#house;
    const { protocol, port } = this.#door;
    const { hello, offers } = this.#watched;
    const seen = this.#watched.view();
    // Until it is clear what is done to it, what is next is.
    const next = plans[this.#way].next ?? FIRST_STEP;
    const { step, variant } = this.#behaviour ?? next;
    const name = hello?.serverName ?? null;
    return {
      ...seen,
      protocol,
      port,
      step,
      variant,
      way: this.#way,
      dialledName: name !== null && names.includes(name) ? name : (names[0] ?? null),
      hello:
        hello === null
          ? null
          : {
              supportsTls13: hello.supportsTls13,
              takesTickets: hello.takesTickets,
              pskModes: [...hello.pskModes],
            },
      offers: offers.map((offer) => sessions.offerOf(offer, this.#helloAtMs)),
      ended: seen.ended === null ? null : { ...seen.ended, closeNotify: this.#closeNotify() },
      sessionsGiven: this.#given.length,
      certificate: this.#behaviour?.certificate ?? 'own',
      hasSpoken: this.#hasSpoken,
      readAfterMs: this.#readAfterMs,
    };
  }

  /**
   * Exact: under TLS 1.3 by the server's own keys, before by the type of the record. Who closes first
   * does not matter, unless all was not said, or the client does not close at all.
   */
  #closeNotify(): 'yes' | 'no' | null {
    if (!this.#hasHandshake || !this.#hasLeft || this.#isLetGo) return null;
    const { farewell } = this.#watched.facts;
    const isTold =
      this.#watched.view().version === 'TLSv1.3' ? this.#closeAlert : farewell === 'yes';
    return isTold ? 'yes' : 'no';
  }

  async #serve(): Promise<void> {
    const looked = this.#look();
    const stream = this.#tap();
    if (this.#way === 'tls' && !(await within(FIRST_WORD_MS, this.#firstWord.promise))) {
      // Whoever wants TLS at once says so: this one waits for a greeting.
      this.#way = 'starttls';
      this.#hasTls = false;
    }
    if (this.#way === 'starttls') {
      if ((await this.#converse(stream, 'plain')) !== 'starttls') {
        await this.#leave(stream);
        return;
      }
      // The protocols take nothing that was sent along with STARTTLS: what comes next is TLS.
      this.#hasTls = true;
    }
    await this.#helloCame.promise;
    await looked;
    const secured = await this.#secure(stream);
    if (secured === null) {
      if (this.#hasGivenUp) this.#watched.end('client', 'close');
      stream.destroy();
      return;
    }
    const { holdMs = 0 } = this.#behaviour ?? {};
    if (holdMs > 0) await within(holdMs, once(secured, 'close'));
    await this.#converse(secured, this.#way === 'tls' ? 'tls' : 'tls-after-starttls');
    await this.#leave(secured);
  }

  /** Both ends of what is said, as it goes by. */
  #tap(): TappedStream {
    const stream = new TappedStream(this.#socket, {
      fromClient: (chunk) => {
        this.#silence.refresh();
        this.#firstWord.resolve();
        const isNews = this.#watched.fromClient(chunk);
        if (this.#hasTls) this.#opened.push('client', chunk);
        const { facts, hello } = this.#watched;
        if (hello !== null && this.#helloAtMs === 0) this.#helloAtMs = performance.now();
        if (this.#hasTls && (hello !== null || isOther(facts.client))) this.#helloCame.resolve();
        if (facts.hasSpoken) this.#spoke();
        this.#countTurn();
        if (facts.alert?.from === 'client' && facts.alert.isFatal) this.#gaveUp();
        if (isNews) this.#house.changed(this);
      },
      fromServer: (chunk) => {
        const isNews = this.#watched.fromServer(chunk);
        if (this.#hasTls) this.#opened.push('server', chunk);
        if (this.#hasHandshake) this.#isAnswerDue = true;
        if (isNews) this.#house.changed(this);
      },
      clientEnded: (how) => {
        this.#hasLeft = true;
        this.#ended.resolve();
        this.#watched.end('client', how);
        this.#firstWord.resolve();
        this.#helloCame.resolve();
        // It may come again at once.
        this.#settle(true);
      },
    });
    stream.on('error', () => undefined);
    return stream;
  }

  /** Finds out whose it is. */
  async #look(): Promise<void> {
    const looked = new Promise<void>((resolve) => {
      this.#house.find(this.#socket, (program) => {
        this.#watched.program = program;
        this.#house.changed(this);
        resolve();
      });
    });
    await within(LOOK_LIMIT_MS, looked);
  }

  async #secure(stream: TappedStream): Promise<TLSSocket | null> {
    const { hello, number, program } = this.#watched;
    if (hello === null || stream.destroyed) return null;
    const { plans, sessions, secrets, processOf } = this.#house;
    const { port } = this.#door;
    const plan = plans[this.#way];
    const wanted = plan.arrive({
      number,
      process: processOf(program),
      port,
      serverName: hello.serverName,
      speaks: {
        tls13: hello.supportsTls13,
        tls12: hello.versions.length === 0 || hello.versions.includes(TLS12),
      },
      takes: takesOf(hello),
      offers: this.#watched.offers.map(({ hash }) => hash),
      atMs: this.#helloAtMs,
    });
    const behaviour = wanted ?? plan.afterwards;
    this.#isBeyond = wanted === null;
    this.#behaviour = behaviour;
    const realm = `${String(port)} ${this.#way}`;
    const isGood = (hash: string): boolean => {
      const given = sessions.given(hash);
      return given?.port === port && given.generation === behaviour.generation;
    };
    const shaken = handshake(stream, behaviour, realm, secrets, isGood, (line) => {
      this.#opened.secret(line);
    });
    // Node does not tell of a client that leaves in the middle.
    const secured = await Promise.race([shaken, this.#goneEarly()]);
    this.#hasHandshake = secured !== null;
    this.#secured = secured;
    this.#house.changed(this);
    return secured;
  }

  /** What came before the end is looked at first. */
  async #goneEarly(): Promise<null> {
    await this.#ended.promise;
    await delay(GONE_MS, undefined, { ref: false });
    return null;
  }

  #gaveUp(): void {
    if (this.#hasGivenUp) return;
    this.#hasGivenUp = true;
    this.#settle(true);
  }

  #spoke(): void {
    if (this.#hasSpoken) return;
    this.#hasSpoken = true;
    this.#settle(false);
  }

  #settle(isOver: boolean): void {
    const { number } = this.#watched;
    const hasHandshake =
      this.#hasHandshake ||
      this.#hasSpoken ||
      (!this.#hasGivenUp && this.#watched.facts.isFinished);
    const plan = this.#house.plans[this.#way];
    const hasMoved = plan.settle(number, { hasHandshake, given: this.#given, isOver });
    // Whoever follows the plan hears of it while this connection is still open.
    if (hasMoved && !this.#isOver) this.#house.changed(this);
  }

  #converse(stream: Duplex, layer: Layer): Promise<SessionEnd> {
    switch (this.#door.protocol) {
      case 'imap':
        return serveImap(stream, layer);
      case 'smtp':
        return serveLines(stream, layer, SMTP);
      case 'pop3':
        return serveLines(stream, layer, POP3);
    }
  }

  /** Closes as servers do once all is said, and waits for how the client does. */
  async #leave(stream: Duplex): Promise<void> {
    this.#watched.end('server', 'close');
    this.#settle(true);
    // What it says on is read, and dropped.
    stream.resume();
    stream.end();
    await within(LEAVE_MS, this.#closed);
    this.#socket.destroy();
    await this.#closed;
  }

  /** Who answers to an answer has read it, and the tickets that came before. */
  #countTurn(): void {
    if (!this.#hasSpoken || !this.#isAnswerDue) return;
    this.#isAnswerDue = false;
    this.#turns += 1;
    if (this.#turns !== TURNS_TO_READ) return;
    this.#readAfterMs = Math.floor(performance.now() - this.#beganMs);
    this.#settle(true);
  }

  #letGo(): void {
    this.#isLetGo = true;
    if (this.#secured === null) {
      this.#watched.end('server', 'close');
      this.#socket.destroy();
      return;
    }
    this.#secured.write(FAREWELLS[this.#door.protocol]);
    void this.#leave(this.#secured);
  }
}

function isOther(spoken: 'nothing' | 'text' | 'tls' | 'ssl2' | 'garbage'): boolean {
  return spoken !== 'nothing' && spoken !== 'tls';
}

/** Whether it came in that time. */
async function within(limitMs: number, wanted: Promise<unknown>): Promise<boolean> {
  const waiting = new AbortController();
  const late = delay(limitMs, false, { signal: waiting.signal }).catch(() => false);
  const isThere = await Promise.race([wanted.then(() => true), late]);
  waiting.abort();
  return isThere;
}
