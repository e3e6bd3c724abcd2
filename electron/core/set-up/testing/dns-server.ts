/** For tests: a DNS server on loopback that answers from a zone, and remembers what it was asked. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { decode, encode, streamDecode, streamEncode, TRUNCATED_RESPONSE } from 'dns-packet';
import type { Answer, Packet, Question } from 'dns-packet';

/** What a zone says of a name: records, or how it fails. */
export type ZoneEntry =
  | readonly Answer[]
  /** No answer ever comes. */
  | 'silent'
  | 'servfail';

/** Largest that goes over UDP without more being agreed on (RFC 1035 section 4.2.1). */
const MAX_UDP_BYTES = 512;

const CODES = { noerror: 0, servfail: 2, nxdomain: 3 } as const;

export class DnsServer {
  readonly #udp: Socket;
  readonly #tcp: Server;
  readonly #zone: ReadonlyMap<string, ZoneEntry>;
  readonly #waiting = new Map<string, () => void>();
  /** Every question, as `TYPE name`. */
  readonly asked: string[] = [];
  /** Those of them that came over TCP. */
  readonly askedByTcp: string[] = [];

  private constructor(udp: Socket, tcp: Server, zone: ReadonlyMap<string, ZoneEntry>) {
    this.#udp = udp;
    this.#tcp = tcp;
    this.#zone = zone;
    udp.on('message', (message, { port, address }) => {
      const answer = this.#answer(decode(message), this.asked);
      if (answer === null) return;
      const bytes = encode(answer);
      udp.send(bytes.length > MAX_UDP_BYTES ? encode(truncated(answer)) : bytes, port, address);
    });
    tcp.on('connection', (socket) => {
      const chunks: Buffer[] = [];
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        chunks.push(chunk);
        const all = Buffer.concat(chunks);
        if (all.length < 2 || all.length < 2 + all.readUInt16BE(0)) return;
        const answer = this.#answer(streamDecode(all), this.askedByTcp);
        if (answer !== null) socket.end(streamEncode(answer));
      });
    });
  }

  /** @param zone by `TYPE name`, such as `SRV _imaps._tcp.example.org`; what is not in it is not there */
  static async start(
    zone: Readonly<Record<string, ZoneEntry>>,
    { port = 0 } = {},
  ): Promise<DnsServer> {
    const tcp = createServer();
    const udp = await onOnePort(tcp, port);
    return new DnsServer(udp, tcp, new Map(Object.entries(zone)));
  }

  /** As a resolver is told it. */
  get address(): string {
    return `127.0.0.1:${String(this.#udp.address().port)}`;
  }

  /** Resolves when this question has come. */
  until(question: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    if (this.asked.includes(question)) resolve(undefined);
    this.#waiting.set(question, () => {
      resolve(undefined);
    });
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#udp.close();
    this.#tcp.close();
    await Promise.all([once(this.#udp, 'close'), once(this.#tcp, 'close')]);
  }

  #answer({ id, questions = [] }: Packet, record: string[]): Packet | null {
    const [question] = questions;
    if (question === undefined) return null;
    const key = `${question.type} ${question.name.toLowerCase()}`;
    record.push(key);
    this.#waiting.get(key)?.();
    const entry = this.#zone.get(key);
    if (entry === 'silent') return null;
    if (entry === 'servfail') return reply(id, question, 'servfail', []);
    if (entry !== undefined) return reply(id, question, 'noerror', entry);
    const isThere = [...this.#zone.keys()].some((other) =>
      other.endsWith(` ${question.name.toLowerCase()}`),
    );
    return reply(id, question, isThere ? 'noerror' : 'nxdomain', []);
  }
}

/** Truncated answers are asked for again on the same port: one that is free for both. */
async function onOnePort(tcp: Server, port: number): Promise<Socket> {
  tcp.listen(port, '127.0.0.1');
  await once(tcp, 'listening');
  const udp = createSocket('udp4');
  try {
    udp.bind((tcp.address() as AddressInfo).port, '127.0.0.1');
    await once(udp, 'listening');
    return udp;
  } catch (error) {
    // EADDRINUSE: somebody else has it for UDP.
    if (port !== 0) throw error;
    tcp.close();
    await once(tcp, 'close');
    return onOnePort(tcp, port);
  }
}

function reply(
  id: number | undefined,
  question: Question,
  code: keyof typeof CODES,
  answers: readonly Answer[],
): Packet {
  return {
    type: 'response',
    ...(id === undefined ? {} : { id }),
    flags: CODES[code],
    questions: [question],
    answers: [...answers],
  };
}

function truncated(packet: Packet): Packet {
  return { ...packet, flags: (packet.flags ?? 0) | TRUNCATED_RESPONSE, answers: [] };
}
