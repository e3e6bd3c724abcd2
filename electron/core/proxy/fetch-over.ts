/** One request over https, by whatever way connections go. */
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { peerName, trustAnchor, type TlsTrust } from '../tls/index.ts';
import { dialBy, type DialOptions } from './dial.ts';
import type { Way } from './way.ts';

/** What is asked for, and how much of it is taken. */
export interface FetchOptions extends DialOptions {
  /** Bounds it in time: nothing else does. */
  readonly signal: AbortSignal;
  /** A longer body is refused. */
  readonly maxBytes: number;
  readonly method?: 'GET' | 'POST';
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** The system's authorities by default. */
  readonly trust?: TlsTrust;
}

/** Any answer, whatever its status. */
export interface Fetched {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The body is longer than is taken. */
export class FetchTooLarge extends Error {
  override readonly name = 'FetchTooLarge';
}

/**
 * Asks for `url`, an `https:` one. The way of the connection is asked for anew, and its name is looked
 * up as for any other. A redirect is an answer: who asked decides whether to follow it.
 *
 * Rejects with `signal.reason` where it was aborted, with {@link FetchTooLarge}, with a
 * {@link ProxyError}, or with Node's own error. No part of it repeats what was sent.
 */
export async function fetchOver(way: Way, url: URL, options: FetchOptions): Promise<Fetched> {
  if (url.protocol !== 'https:') throw new TypeError('Only https is fetched.');
  const { signal, trust = { kind: 'system' }, lookup, serverLookup, after } = options;
  const host = peerName({ name: url.hostname });
  const port = url.port === '' ? 443 : Number(url.port);
  const anchor = trustAnchor(trust);
  const dialling = { signal, phase: () => undefined, tries: () => undefined };
  const { socket } = await dialBy(way, { lookup, serverLookup, after })({ host, port }, dialling);
  const secured = connect({
    socket,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    secureContext: anchor.context,
    checkServerIdentity: anchor.checkIdentity,
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
  });
  try {
    return await exchange(url, secured, options);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    secured.on('error', () => undefined);
    secured.destroy();
    socket.destroy();
  }
}

function exchange(
  url: URL,
  secured: ReturnType<typeof connect>,
  { signal, maxBytes, method = 'GET', headers = {}, body }: FetchOptions,
): Promise<Fetched> {
  const { promise, resolve, reject } = Promise.withResolvers<Fetched>();
  const asked = request(
    {
      method,
      path: `${url.pathname}${url.search}`,
      // Not compressed: a short body could be a long one.
      headers: { host: url.host, 'accept-encoding': 'identity', ...headers },
      createConnection: () => secured,
      signal,
    },
    (answer) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) reject(new FetchTooLarge(`More than ${String(maxBytes)} bytes.`));
        else chunks.push(chunk);
      });
      answer.on('end', () => {
        const { statusCode = 0, headers: said } = answer;
        resolve({ status: statusCode, headers: said, body: Buffer.concat(chunks) });
      });
      answer.on('error', reject);
    },
  );
  asked.on('error', reject);
  asked.end(body);
  return promise;
}
