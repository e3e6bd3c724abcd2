/** For tests of kept sessions: a cache with sessions made by hand, and a file in memory. */
import type { TlsProtocol } from '../facts.ts';
import { memoryProtector, type SecretProtector } from '../../storage/secret-protector.ts';
import type { KeptHome } from '../kept/kept-format.ts';
import type { KeptFile, Taken } from '../kept/kept-sessions.ts';
import type { Peer } from '../peer.ts';
import { certificateFor } from './peer-fixtures.ts';
import type { SessionCache } from '../cache/session-cache.ts';
import { sessionDer, TLS12, TLS13, wrapSession } from './session-fixtures.ts';

export { OTHER_TRUST, peerOf } from './peer-fixtures.ts';

const DAY = 24 * 3_600_000;

export const HOME: KeptHome = {
  engine: 'openssl/3.5.7 node/24.21.0',
  machine: 'desk-in-the-office',
};

/** Protects nothing, so that a test can read what would be on the disk. */
export function readableProtector(): SecretProtector {
  return { ...memoryProtector(), protection: { kind: 'key-file', path: '/dev/null' } };
}

let made = 0;

/** What a handshake is like. */
interface Shake {
  readonly tickets?: number;
  readonly protocol?: TlsProtocol;
  /** How long the certificate is still good. */
  readonly certificateMs?: number;
}

/** A handshake with `peer` that ends well and brings two sessions; it offers what is held. */
export function shake(cache: SessionCache, peer: Peer, now: number, how: Shake = {}): void {
  const { tickets = 2, protocol = 'TLSv1.3', certificateMs = 90 * DAY } = how;
  const handshake = cache.begin(peer, 'c-1');
  const offer = handshake.take();
  handshake.verified(
    offer.kind === 'session'
      ? { resumed: true }
      : { resumed: false, certificate: certificateFor(peer.name, now - DAY, now + certificateMs) },
  );
  for (let ticket = 0; ticket < tickets; ticket += 1) {
    made += 1;
    const der = sessionDer(protocol === 'TLSv1.3' ? TLS13 : TLS12, {
      2: 7200,
      9: 7200,
      10: `ticket-${String(made)}.`,
    });
    handshake.store(wrapSession(der, peer.name), { protocol, hasTicket: () => true });
  }
  handshake.done();
}

/** A file that is in memory, and a disk that fails when it is told to. */
export class FileInMemory implements KeptFile {
  readonly path = '/data/kept-sessions.bin';
  content: Uint8Array | null = null;
  /** What was done, in order. */
  readonly log: string[] = [];
  fails: 'nothing' | 'writes' | 'everything' = 'nothing';

  take(): Promise<Taken> {
    const { content } = this;
    this.content = null;
    this.log.push('take');
    return Promise.resolve(content === null ? { kind: 'nothing' } : { kind: 'content', content });
  }

  write(content: Uint8Array): Promise<void> {
    this.log.push('write');
    if (this.fails !== 'nothing') return Promise.reject(new Error('no space'));
    this.content = content;
    return Promise.resolve();
  }

  remove(): Promise<void> {
    this.log.push('remove');
    if (this.fails === 'everything') return Promise.reject(new Error('read-only'));
    this.content = null;
    return Promise.resolve();
  }

  /** The tickets in it, where {@link readableProtector} wrote it. */
  get tickets(): readonly string[] {
    const text = Buffer.from(this.content ?? []).toString('latin1');
    return [...text.matchAll(/"bytes":"([^"]+)"/g)].map(([, bytes = '']) => ticketIn(bytes));
  }
}

/** The ticket of a session in base64. */
function ticketIn(base64: string): string {
  return /ticket-\d+/.exec(Buffer.from(base64, 'base64').toString('latin1'))?.[0] ?? '';
}

/** The ticket that `peer` would be offered now, by taking it. */
export function offered(cache: SessionCache, peer: Peer): string | null {
  const offer = cache.begin(peer).take();
  return offer.kind === 'session' ? ticketIn(offer.bytes.toString('base64')) : null;
}
