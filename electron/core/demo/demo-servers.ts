import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../clock.ts';
import type { Security, TlsProtocol } from '../../../shared/model.ts';
import { type CertificateAuthority, createAuthority } from './certificates.ts';
import { ImapServer } from './imap-server.ts';
import { Line, type LineSettings } from './line.ts';
import type { SessionMode } from './tls-acceptor.ts';

/** One of the built-in servers, and the account to use it with. */
export interface DemoServer {
  readonly label: string;
  readonly host: string;
  readonly port: number;
  /** The name in its certificate. */
  readonly servername: string;
  readonly security: Security;
  readonly user: string;
  readonly password: string;
  readonly mailboxes: readonly string[];
}

/** The built-in servers, running. */
export interface DemoServers extends AsyncDisposable {
  /** What an account for them must trust, and nothing else should. */
  readonly caPem: string;
  readonly servers: readonly DemoServer[];
  /** Ends every connection and stops all servers; may be called twice. */
  close(): Promise<void>;
}

/** How the demo is to run. */
export interface DemoOptions {
  /** A message arrives in one mailbox or another this often; `null` for never. */
  readonly messageEveryMs?: number | null;
  /** What the servers are behind; {@link DEMO_LINE} unless said, `null` for nothing. */
  readonly line?: LineSettings | null;
  readonly clock?: Clock;
}

/** Often enough to be seen by who looks, seldom enough not to distract. */
const MESSAGE_EVERY_MS = 15_000;

/** A line as many have, so that a handshake takes the time that it takes in the world. */
export const DEMO_LINE: LineSettings = { roundTripMs: 20, bitsPerSecond: 1_000_000 };

interface Plan {
  /** Stays the same from start to start. */
  readonly id: string;
  readonly label: string;
  readonly security: Security;
  readonly protocol: TlsProtocol;
  readonly sessions: SessionMode;
  readonly mailboxes: Readonly<Record<string, number>>;
}

/** One for every badge. */
const PLANS: readonly Plan[] = [
  {
    // Issues two tickets with each full handshake and a new one with each resumption.
    id: 'tls13-tickets',
    label: 'TLS 1.3 tickets',
    security: 'tls',
    protocol: 'TLSv1.3',
    sessions: 'tickets',
    mailboxes: { INBOX: 12, Archive: 340, Sent: 57 },
  },
  {
    // Speaks TLS 1.2 and issues one ticket, which may be offered again and again.
    id: 'tls12-tickets',
    label: 'TLS 1.2 tickets',
    security: 'tls',
    protocol: 'TLSv1.2',
    sessions: 'tickets',
    mailboxes: { INBOX: 8, Archive: 120 },
  },
  {
    // Speaks TLS 1.2 without tickets: it remembers sessions itself and gives each an ID.
    id: 'session-ids',
    label: 'Session IDs',
    security: 'tls',
    protocol: 'TLSv1.2',
    sessions: 'session-ids',
    mailboxes: { INBOX: 31 },
  },
  {
    // Issues tickets and takes none up: each connection has a ticket key of its own.
    id: 'refuses',
    label: 'Issues but refuses',
    security: 'tls',
    protocol: 'TLSv1.3',
    sessions: 'fresh-key',
    mailboxes: { INBOX: 4 },
  },
  {
    // Issues neither tickets nor session IDs: every handshake is a full one.
    id: 'nothing',
    label: 'Nothing to resume',
    security: 'tls',
    protocol: 'TLSv1.3',
    sessions: 'none',
    mailboxes: { INBOX: 19 },
  },
  {
    // Begins in plain text and requires STARTTLS before login; TLS 1.3 tickets from there.
    id: 'starttls',
    label: 'STARTTLS',
    security: 'starttls',
    protocol: 'TLSv1.3',
    sessions: 'tickets',
    mailboxes: { INBOX: 6, Archive: 88 },
  },
];

/**
 * Starts the six servers, each on any free port of the loopback interface, with a certificate that an
 * intermediate authority issued: as public servers do, each sends a chain of two.
 */
export async function startDemoServers(options: DemoOptions = {}): Promise<DemoServers> {
  const { messageEveryMs = MESSAGE_EVERY_MS, clock = systemClock, line = DEMO_LINE } = options;
  const authority = await (await createAuthority()).intermediate();
  // Closes what has started should one of them fail.
  await using starting = new AsyncDisposableStack();
  const running: Running[] = [];
  for (const plan of PLANS) {
    const imap = starting.use(await start(plan, authority));
    if (line === null) {
      running.push({ plan, imap, port: imap.port });
      continue;
    }
    const near = starting.use(new Line(imap.port, line));
    await near.start();
    running.push({ plan, imap, port: near.port });
  }
  if (messageEveryMs !== null) starting.defer(deliverInTurn(running, messageEveryMs, clock));
  const owned = starting.move();
  const close = (): Promise<void> => owned.disposeAsync();
  return {
    caPem: authority.certPem,
    servers: running.map(describe),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface Running {
  readonly plan: Plan;
  readonly imap: ImapServer;
  /** Where it is reached. */
  readonly port: number;
}

async function start(plan: Plan, authority: CertificateAuthority): Promise<ImapServer> {
  const server = new ImapServer({
    ...plan,
    certificate: await authority.issue(),
    user: `${plan.id}@demo.example`,
    // Other programs on this machine can reach the port; they are not meant to log in.
    password: randomBytes(18).toString('base64url'),
  });
  await server.start();
  return server;
}

function describe({ plan, imap, port }: Running): DemoServer {
  const { host, servername, security, user, password } = imap;
  const mailboxes = Object.keys(plan.mailboxes);
  return { label: plan.label, host, port, servername, security, user, password, mailboxes };
}

/** Delivers to one mailbox after another; gives what ends it. */
function deliverInTurn(running: readonly Running[], everyMs: number, clock: Clock): () => void {
  const mailboxes = running.flatMap(({ plan, imap }) =>
    Object.keys(plan.mailboxes).map((mailbox) => ({ imap, mailbox })),
  );
  let turn = 0;
  const arrive = (): void => {
    const next = mailboxes[turn % mailboxes.length];
    turn += 1;
    next?.imap.mail.deliver(next.mailbox);
    timer = clock.after(everyMs, arrive);
  };
  let timer = clock.after(everyMs, arrive);
  return () => {
    timer.cancel();
  };
}
