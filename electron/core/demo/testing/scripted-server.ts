/** For tests: a demo server that misbehaves as it is told, and remembers what it saw. */
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Security } from '../../../../shared/model.ts';
import { type Offer, offersOf, readClientHello, sha256 } from '../../tls-wire/index.ts';
import { type CertificateAuthority, createAuthority } from '../certificates.ts';
import type { Instead, LoginAttempt, Onlooker, Step } from '../imap/imap-session.ts';
import { readable } from '../imap/imap-syntax.ts';
import { ImapServer as DemoServer } from '../imap-server.ts';
import type { TlsSettings } from '../tls-acceptor.ts';
import { certificateOf, type CertificateKind } from './certificates.ts';
import { actOut, type Script, type Scripting } from './script.ts';

/** What a server is to be like; what is left out gives a well-behaved one. */
export interface ImapServerOptions extends Partial<TlsSettings> {
  /** `tls` (default), or `starttls`, which is then required for login. */
  readonly security?: Security;
  /** Any free one by default. */
  readonly port?: number;
  /** Issues its certificate. Left out, the server makes one; see `caPem` of the server. */
  readonly authority?: CertificateAuthority;
  readonly certificate?: CertificateKind;
  readonly user?: string;
  readonly password?: string;
  /** Names as on the wire, and how many messages each holds. Default `{ INBOX: 3 }`. */
  readonly mailboxes?: Readonly<Record<string, number>>;
  /** Where it misbehaves. */
  readonly script?: Scripting;
}

/** Makes a server and starts it on the loopback interface. Rejects when its port is taken. */
export async function startImapServer(options: ImapServerOptions = {}): Promise<ImapServer> {
  const { sessions = 'tickets' } = options;
  const protocol = options.protocol ?? (sessions === 'session-ids' ? 'TLSv1.2' : 'any');
  if (sessions === 'session-ids' && protocol !== 'TLSv1.2') {
    throw new RangeError('Session IDs can be had under TLS 1.2 only.');
  }
  const authority = options.authority ?? (await createAuthority());
  const certificate = await certificateOf(options.certificate ?? 'valid', authority);
  const memory = new Memory(options.script ?? {});
  const server = new ImapServer(
    {
      security: 'tls',
      user: 'demo@reprise.example',
      password: 'demo-password',
      mailboxes: { INBOX: 3 },
      ...options,
      sessions,
      protocol,
      certificate,
      watch: (raw) => memory.watch(raw),
    },
    authority,
    memory,
  );
  await server.start();
  return server;
}

/**
 * What a server saw of its handshakes since it was made. A Node client judges the certificate after
 * its part of the handshake: one that leaves over it is `failed` or `full`, whichever is noticed
 * first.
 */
export interface ServerStats {
  /** TCP connections accepted. */
  readonly connections: number;
  readonly full: number;
  readonly resumed: number;
  /** Handshakes whose client offered at least one session. */
  readonly offered: number;
  /** Handshakes that began and did not end well, for whichever side's fault. */
  readonly failed: number;
}

/** Made by {@link startImapServer}. */
export class ImapServer extends DemoServer {
  /** What a client must trust. */
  readonly caPem: string;
  readonly #authority: CertificateAuthority;
  readonly #memory: Memory;

  constructor(
    settings: ConstructorParameters<typeof DemoServer>[0],
    authority: CertificateAuthority,
    memory: Memory,
  ) {
    super(settings);
    this.caPem = authority.certPem;
    this.#authority = authority;
    this.#memory = memory;
    // Elsewhere nobody answers the event, and each handshake would wait for that.
    if (settings.sessions === 'session-ids') {
      this.server.on('newSession', (id: Buffer) => {
        memory.issued.add(sha256(id));
      });
    }
  }

  stats(): ServerStats {
    return { ...this.#memory.stats };
  }

  /** Every session that clients offered, oldest first, by hash. */
  get offers(): readonly Offer[] {
    return [...this.#memory.offers];
  }

  /** The names of all commands that came, in upper case, oldest first. */
  get commands(): readonly string[] {
    return [...this.#memory.commands];
  }

  get loginAttempts(): readonly LoginAttempt[] {
    return [...this.#memory.logins];
  }

  /** The mailboxes that connections IDLE on at this moment, one entry for each connection. */
  get idling(): readonly string[] {
    return [...this.#memory.idling.values()];
  }

  /** How many connections are open at this moment. */
  get open(): number {
    return this.#memory.sockets.size;
  }

  /** Resolves once `condition` holds, which is asked again whenever something happened here. */
  until(condition: (server: ImapServer) => boolean): Promise<void> {
    return this.#memory.until(() => condition(this));
  }

  /** Applies to connections accepted from now on. */
  setScript(script: Scripting): void {
    this.#memory.script = script;
  }

  /** What it issued until now cannot be resumed any more, as after a new ticket key. */
  forgetSessions(): void {
    this.tls.forgetSessions();
  }

  /** Later handshakes show a new certificate of this kind; its sessions stay good. */
  async setCertificate(kind: CertificateKind): Promise<void> {
    this.tls.setCertificate(await certificateOf(kind, this.#authority));
  }

  /** Ends all connections: in order, or by TCP reset. */
  dropConnections(how: 'close' | 'reset' = 'close'): void {
    for (const socket of this.#memory.sockets) {
      if (how === 'reset') socket.resetAndDestroy();
      else socket.destroy();
    }
  }

  override async stop(): Promise<void> {
    await super.stop();
    await this.until(({ open }) => open === 0);
  }
}

/** How many offers, commands and logins are remembered: any bench, or a soak of a night. */
const MAX_REMEMBERED = 20_000;

/** What a server saw, and what it is told to do. */
class Memory {
  script: Scripting;
  readonly stats = { connections: 0, full: 0, resumed: 0, offered: 0, failed: 0 };
  readonly offers: Offer[] = [];
  readonly commands: string[] = [];
  readonly logins: LoginAttempt[] = [];
  readonly sockets = new Set<Socket>();
  /** By connection. */
  readonly idling = new Map<Socket, string>();
  /** Hashes of the session IDs that clients were given; they outlive their sessions. */
  readonly issued = new Set<string>();
  readonly #waiting = new Set<() => void>();

  constructor(script: Scripting) {
    this.script = script;
  }

  /** Remembers what happens on this connection. */
  watch(raw: Socket): Onlooker {
    this.stats.connections += 1;
    this.sockets.add(raw);
    raw.on('close', () => {
      this.sockets.delete(raw);
      this.#changed();
    });
    this.#changed();
    const { script: scripting, stats } = this;
    const script = typeof scripting === 'function' ? scripting(stats.connections) : scripting;
    return {
      instead: (step, stream, tag) => this.#instead(script, { step, stream, tag }, raw),
      onHandshake: (secured) => {
        if (secured === null) stats.failed += 1;
        else if (secured.isSessionReused()) stats.resumed += 1;
        else stats.full += 1;
        this.#changed();
      },
      onCommand: (name) => {
        this.#remember(this.commands, name);
      },
      onLogin: (attempt) => {
        this.#remember(this.logins, attempt);
      },
      onIdle: (mailbox) => {
        if (mailbox === null) this.idling.delete(raw);
        else this.idling.set(raw, mailbox);
        this.#changed();
      },
    };
  }

  until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const check = (): void => {
        if (!holds()) return;
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  async #instead(
    script: Script,
    { step, stream, tag }: { step: Step; stream: Duplex; tag: string },
    raw: Socket,
  ): Promise<Instead | null> {
    if (step === 'handshake' && !(await this.#readHello(raw))) return 'closed';
    return actOut(script, step, stream, tag);
  }

  /**
   * Waits for the ClientHello and counts what it offers. `false` when the client left before, or
   * sent something else. The bytes are put back for the handshake.
   */
  async #readHello(raw: Socket): Promise<boolean> {
    let bytes = Buffer.alloc(0);
    while (await readable(raw)) {
      const chunk = raw.read() as Buffer | null;
      if (chunk === null) continue;
      bytes = Buffer.concat([bytes, chunk]);
      const reading = readClientHello(bytes);
      if (reading.kind === 'incomplete') continue;
      raw.unshift(bytes);
      if (reading.kind === 'not-a-client-hello') break;
      const offers = offersOf(reading.hello, (hash) => this.issued.has(hash));
      if (offers.length > 0) this.stats.offered += 1;
      this.#remember(this.offers, ...offers);
      return true;
    }
    this.stats.failed += 1;
    this.#changed();
    return false;
  }

  #remember<Entry>(entries: Entry[], ...added: readonly Entry[]): void {
    entries.push(...added);
    entries.splice(0, entries.length - MAX_REMEMBERED);
    this.#changed();
  }

  #changed(): void {
    for (const check of this.#waiting) check();
  }
}
