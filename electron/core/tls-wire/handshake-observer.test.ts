import { constants } from 'node:crypto';
import { once } from 'node:events';
import { duplexPair, type Duplex } from 'node:stream';
import {
  connect,
  createSecureContext,
  TLSSocket,
  type ConnectionOptions,
  type SecureContextOptions,
} from 'node:tls';
import { describe, expect, test } from 'vitest';
import { createSelfSigned } from '../demo/testing/index.ts';
import type { ClientHello } from './client-hello.ts';
import { HandshakeObserver, type HandshakeFacts } from './handshake-observer.ts';

const { certPem: cert, keyPem: key } = await createSelfSigned();
/** Below what OpenSSL takes by itself. */
const OLD_CIPHERS = 'DEFAULT:@SECLEVEL=0';

type Said = readonly ['client' | 'server', string | Buffer];

interface Heard {
  readonly facts: HandshakeFacts;
  readonly hellos: readonly ClientHello[];
  readonly issued: readonly string[];
  /** The bytes on the way, in their order. */
  readonly said: readonly Said[];
  /** As the client has them. */
  readonly sessions: readonly Buffer[];
  readonly isReused: boolean;
}

interface Script {
  readonly server?: SecureContextOptions;
  readonly client?: ConnectionOptions;
  /** Once both are through. */
  readonly meanwhile?: (client: TLSSocket, server: TLSSocket) => Promise<void> | void;
  /** In pieces of so many bytes; as they come without it. */
  readonly pieces?: number;
}

/** A handshake of Node's own client and server, and what is heard of it on the way. */
async function overhear({ server = {}, client = {}, meanwhile, pieces }: Script): Promise<Heard> {
  const hellos: ClientHello[] = [];
  const issued: string[] = [];
  const observer = new HandshakeObserver({
    clientHello: (hello) => hellos.push(hello),
    issued: (mechanism) => issued.push(mechanism),
  });
  const said: Said[] = [];
  const [clientEnd, clientWay] = duplexPair();
  const [serverEnd, serverWay] = duplexPair();
  pass(clientWay, serverWay, pieces, (chunk) => {
    said.push(['client', chunk]);
    observer.fromClient(chunk);
  });
  pass(serverWay, clientWay, pieces, (chunk) => {
    said.push(['server', chunk]);
    observer.fromServer(chunk);
  });
  const serverSocket = new TLSSocket(serverEnd, {
    isServer: true,
    secureContext: createSecureContext({ cert, key, ...server }),
  });
  const clientSocket = connect({ rejectUnauthorized: false, ...client, socket: clientEnd });
  const sessions: Buffer[] = [];
  clientSocket.on('session', (session) => sessions.push(session));
  serverSocket.on('error', () => undefined);
  const through = Promise.withResolvers<boolean>();
  clientSocket.once('secureConnect', () => {
    through.resolve(true);
  });
  clientSocket.once('error', () => {
    through.resolve(false);
  });
  if (await through.promise) {
    serverSocket.write('* OK\r\n');
    await once(clientSocket, 'data');
    await meanwhile?.(clientSocket, serverSocket);
  }
  const isReused = clientSocket.isSessionReused();
  clientSocket.destroy();
  serverSocket.destroy();
  return { facts: observer.facts, hellos, issued, said, sessions, isReused };
}

function pass(
  from: Duplex,
  to: Duplex,
  pieces: number | undefined,
  hear: (chunk: Buffer) => void,
): void {
  from.on('data', (chunk: Buffer) => {
    const size = pieces ?? chunk.length;
    for (let at = 0; at < chunk.length; at += size) hear(chunk.subarray(at, at + size));
    to.write(chunk);
  });
  from.on('end', () => to.end());
}

/** With what the client had from the first one. */
async function again(script: Script): Promise<readonly [first: Heard, second: Heard]> {
  const first = await overhear(script);
  const session = first.sessions.at(-1);
  if (session === undefined) throw new Error('no session came');
  return [first, await overhear({ ...script, client: { ...script.client, session } })];
}

describe('an observer without keys', () => {
  test.for([
    ['TLSv1.3', {}, 0x0304, []],
    ['TLSv1.2', {}, 0x0303, ['tls12-ticket']],
    ['TLSv1.1', { ciphers: OLD_CIPHERS }, 0x0302, ['tls12-ticket']],
    ['TLSv1', { ciphers: OLD_CIPHERS }, 0x0301, ['tls12-ticket']],
  ] as const)(
    'tells a full handshake of %s from a resumed one, as the client does',
    async ([version, more, onWire, issued]) => {
      // One key for tickets, as one server has.
      const ticketKeys = Buffer.alloc(48, 7);
      const options = { minVersion: version, maxVersion: version, ...more } as const;
      for (const pieces of [undefined, 1, 3]) {
        const [first, second] = await again({
          server: { ...options, ticketKeys },
          client: options,
          ...(pieces === undefined ? {} : { pieces }),
        });
        expect(first.isReused).toBe(false);
        expect(first.facts).toMatchObject({ version: onWire, answer: 'full', isFinished: true });
        expect(first.issued).toEqual(issued);
        expect(second.isReused).toBe(true);
        expect(second.facts).toMatchObject({ version: onWire, answer: 'resumed' });
        expect(second.facts.isFinished).toBe(true);
      }
    },
  );

  test.for(['TLSv1.3', 'TLSv1.2'] as const)('tells one that was refused, %s', async (version) => {
    const options = { minVersion: version, maxVersion: version } as const;
    const first = await overhear({ server: options });
    const session = first.sessions.at(-1);
    const { facts, isReused, hellos } = await overhear({
      server: options,
      client: session === undefined ? {} : { session },
    });
    expect(isReused).toBe(false);
    expect(facts).toMatchObject({ answer: 'full', selectedIdentity: null });
    const [hello] = hellos;
    const offered = version === 'TLSv1.3' ? hello?.pskIdentities[0] : hello?.ticket;
    expect(offered?.length).toBeGreaterThan(100);
  });

  test('follows a server that asks for another ClientHello, resumed or not', async () => {
    const ticketKeys = Buffer.alloc(48, 9);
    const server = { ecdhCurve: 'P-384', ticketKeys };
    const [first, second] = await again({ server });
    expect(first.hellos).toHaveLength(2);
    expect(first.facts).toMatchObject({ isRetried: true, version: 0x0304, answer: 'full' });
    expect(second.facts).toMatchObject({ isRetried: true, answer: 'resumed', isFinished: true });
    const [one, other] = second.hellos;
    expect(one?.pskIdentities[0]).toEqual(other?.pskIdentities[0]);
    expect(one?.groups).toContain(0x18);
  });

  test('says what the client is able to do', async () => {
    const { hellos } = await overhear({ client: { servername: 'imap.example.org' } });
    expect(hellos[0]).toMatchObject({
      serverName: 'imap.example.org',
      legacyVersion: 0x0303,
      supportsTls13: true,
      takesTickets: true,
      hasEarlyData: false,
      pskModes: [1],
    });
    expect(hellos[0]?.versions).toEqual([0x0304, 0x0303]);
    const without = await overhear({ client: { secureOptions: constants.SSL_OP_NO_TICKET } });
    expect(without.hellos[0]?.takesTickets).toBe(false);
  });

  test('sees whether the client says goodbye', async () => {
    for (const [maxVersion, said, unsaid] of [
      ['TLSv1.3', 'likely', 'unlikely'],
      ['TLSv1.2', 'yes', 'no'],
    ] as const) {
      const server = { maxVersion };
      const polite = await overhear({ server, meanwhile: logOutPolitely });
      expect(polite.facts.farewell).toBe(said);
      const other = await overhear({ server, meanwhile: logOut });
      expect(other.facts.farewell).toBe(unsaid);
    }
  });

  test('tells an encrypted alert from the Finished that should come, TLS 1.3', async () => {
    const { said } = await overhear({});
    const [hello, answer] = said;
    if (hello === undefined || answer === undefined) throw new Error('nothing was said');
    const after = (...lengths: number[]) => observe([hello, answer, ...lengths.map(record)]);
    expect(after()).toMatchObject({ answer: 'full', isFinished: false, isAborted: false });
    expect(after(19)).toMatchObject({ isFinished: false, isAborted: true, farewell: null });
    // SHA-256 and SHA-384; and an empty Certificate before it, where one was asked for.
    for (const lengths of [[53], [69], [25, 53]]) {
      expect(after(...lengths)).toMatchObject({ isFinished: true, farewell: 'unlikely' });
      expect(after(...lengths, 19)).toMatchObject({ isAborted: false, farewell: 'likely' });
    }
  });

  test('sees that a server refuses what a client is able to do', async () => {
    const { facts } = await overhear({
      server: { minVersion: 'TLSv1.3' },
      client: { maxVersion: 'TLSv1.2' },
    });
    expect(facts.answer).toBeNull();
    // protocol_version
    expect(facts.alert).toEqual({ from: 'server', isFatal: true, description: 70 });
  });

  test('sees a second handshake on the same connection', async () => {
    const { facts } = await overhear({
      server: { maxVersion: 'TLSv1.2' },
      meanwhile: async (client) => {
        const { promise, resolve } = Promise.withResolvers<void>();
        client.renegotiate({ rejectUnauthorized: false }, () => {
          resolve();
        });
        await promise;
      },
    });
    expect(facts).toMatchObject({ answer: 'full', isRenegotiated: true });
    expect((await overhear({ server: { maxVersion: 'TLSv1.2' } })).facts.isRenegotiated).toBe(
      false,
    );
  });
});

function logOut(client: TLSSocket): void {
  client.write('a LOGOUT\r\n');
}

async function logOutPolitely(client: TLSSocket): Promise<void> {
  await once(client.end('a LOGOUT\r\n'), 'finish');
}

/** A record of application data from the client. */
function record(bytes: number): Said {
  return ['client', Buffer.concat([Buffer.from([23, 3, 3, 0, bytes]), Buffer.alloc(bytes)])];
}

const observe = (said: readonly Said[], pieces = 1 << 20) => {
  const hellos: ClientHello[] = [];
  const observer = new HandshakeObserver({
    clientHello: (hello) => hellos.push(hello),
    issued: () => undefined,
  });
  for (const [side, what] of said) {
    const bytes = Buffer.from(what);
    for (let at = 0; at < bytes.length; at += pieces) {
      const piece = bytes.subarray(at, at + pieces);
      if (side === 'client') observer.fromClient(piece);
      else observer.fromServer(piece);
    }
  }
  return { ...observer.facts, hellos };
};

/** By hand from RFC 5246 §7.4.1.2: TLS 1.0 to 1.2, without an extension. */
function helloOf(version: number): Buffer {
  const body = [3, version, ...Buffer.alloc(32, 1), 0, 0, 2, 0, 0x2f, 1, 0];
  return Buffer.from([22, 3, 1, 0, body.length + 4, 1, 0, 0, body.length, ...body]);
}

describe('where TLS begins', () => {
  const hello = helloOf(3);

  test.for([1, 2, 1000])('with the first byte, or after lines, in pieces of %i', (pieces) => {
    expect(observe([['client', hello]], pieces)).toMatchObject({
      client: 'tls',
      isAfterText: false,
      hellos: [{ legacyVersion: 0x0303, serverName: null, versions: [] }],
    });
    const starttls = [
      ['server', '* OK ready\r\n'],
      ['client', 'a1 STARTTLS\r\n'],
      ['server', 'a1 OK begin\r\n'],
      ['client', hello],
      ['server', Buffer.from([21, 3, 3, 0, 2, 2, 40])],
    ] as const;
    expect(observe(starttls, pieces)).toMatchObject({
      client: 'tls',
      server: 'tls',
      isAfterText: true,
      hellos: [{}],
      alert: { from: 'server', description: 40 },
    });
  });

  test('is not within a line, nor where a line only looks like it', () => {
    expect(observe([['client', Buffer.concat([Buffer.from('a '), hello])]]).hellos).toEqual([]);
    const line = Buffer.from('DATA\r\n\u0016\u0003 is what a record starts with\r\n.\r\n');
    expect(observe([['client', line]])).toMatchObject({ client: 'text', hellos: [] });
  });

  /** Each is a line that begins as a record does. */
  const FALSE_STARTS = {
    'that is text': '\u0016\u0003 is what a record starts with\r\n',
    'whose record is no handshake of a client': [22, 3, 1, 0, 5, 2, 0, 0, 1, 0, 13, 10],
    'whose hello is none': [22, 3, 1, 0, 9, 1, 0, 0, 5, 9, 9, 9, 9, 9, 13, 10],
    'whose hello swallows the lines after it': [22, 3, 1, 0, 24, 1, 0, 0, 20, 9, 13, 10],
  };

  test.for(
    Object.entries(FALSE_STARTS).flatMap(([what, line]) =>
      ([1, 3, 1000] as const).map((pieces) => [what, line, pieces] as const),
    ),
  )('is after a line %s too', ([, line, pieces]) => {
    const spoken = { client: 'tls', isAfterText: true, hellos: [{ legacyVersion: 0x0303 }] };
    const more = ['client', 'a1 NOOP\r\na2 NOOP\r\na3 STARTTLS\r\n'] as const;
    const lines = [
      ...Array.from({ length: 3 }, () => ['client', Buffer.from(line)] as const),
      more,
    ];
    expect(observe([...lines, ['client', hello]], pieces)).toMatchObject(spoken);
    // A client that begins with it, and TLS in the same piece.
    const atOnce = Buffer.concat([Buffer.from(line), Buffer.from(more[1]), hello]);
    expect(observe([['client', atOnce]], pieces)).toMatchObject(spoken);
  });

  test('is on the side of the server after a line that looks like it too', () => {
    const said = [
      ['server', '* OK ready\r\n'],
      ['client', 'a1 STARTTLS\r\n'],
      ['server', '\u0015\u0003 looks like an alert\r\n'],
      ['server', 'a1 OK begin\r\n'],
      ['client', hello],
      ['server', Buffer.from([21, 3, 3, 0, 2, 2, 40])],
    ] as const;
    expect(observe(said)).toMatchObject({ server: 'tls', alert: { description: 40 } });
  });

  test('is looked for in some such lines, and not in any number', () => {
    const lines = Array.from({ length: 17 }, () => ['client', '\u0016\u0003\r\n'] as const);
    expect(observe([...lines.slice(1), ['client', hello]]).hellos).toHaveLength(1);
    expect(observe([...lines, ['client', hello]])).toMatchObject({ client: 'text', hellos: [] });
  });

  test('is nowhere in text, garbage, and what SSL 2 began with', () => {
    expect(observe([]).client).toBe('nothing');
    expect(observe([['client', 'a1 LOGIN ünï pässword\r\n']]).client).toBe('text');
    expect(observe([['client', Buffer.from([0, 1, 2, 3])]]).client).toBe('garbage');
    expect(observe([['client', Buffer.from([22, 3, 1, 0, 5, 2, 0, 0, 1, 0])]]).client).toBe(
      'garbage',
    );
    // RFC 5246 §E.2, as OpenSSL 0.9 sent it.
    const ssl2 = Buffer.from([0x80, 0x2e, 1, 3, 1, 0, 0x15, 0, 0, 0, 0x10, 0, 0, 0x39]);
    expect(observe([['client', ssl2]]).client).toBe('ssl2');
  });

  test('shows a server that is plain', () => {
    const said = [
      ['client', hello],
      ['server', '* OK IMAP4rev1 ready\r\n'],
    ] as const;
    expect(observe(said)).toMatchObject({ client: 'tls', server: 'text', answer: null });
  });

  test('an SSL 3.0 hello is read, and what a server makes of it', () => {
    const said = [
      ['client', helloOf(0)],
      ['server', Buffer.from([21, 3, 0, 0, 2, 2, 40])],
    ] as const;
    expect(observe(said)).toMatchObject({
      hellos: [{ legacyVersion: 0x0300 }],
      alert: { isFatal: true, description: 40 },
    });
  });
});

describe('what an observer keeps', () => {
  test('does not grow with what a side announces, nor with what it sends', () => {
    // A handshake message of 16 MB that is passed over, and records without end after a hello.
    const announced = Buffer.from([22, 3, 3, 64, 0, 11, 255, 255, 255]);
    const server = Buffer.concat([announced, Buffer.alloc(16 * 1024 - 4)]);
    const record = Buffer.concat([Buffer.from([22, 3, 3, 64, 0]), Buffer.alloc(16 * 1024)]);
    const before = process.memoryUsage().arrayBuffers;
    const observer = new HandshakeObserver({
      clientHello: () => undefined,
      issued: () => undefined,
    });
    observer.fromClient(helloOf(3));
    observer.fromServer(server);
    for (let index = 0; index < 500; index += 1) observer.fromServer(record);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  });
});
