/** Connections that do not go straight there: what they tell, and whose sessions they take. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createAuthority,
  startImapServer,
  type CertificateAuthority,
  type ImapServer,
} from '../../demo/testing/index.ts';
import { SessionCache } from '../cache/session-cache.ts';
import type { TransportEvent } from '../facts.ts';
import { keysOf } from '../peer.ts';
import { peerOf } from '../testing/peer-fixtures.ts';
import { connectTls, ConnectTlsError } from './connect-tls.ts';
import type { ConnectOptions } from './connecting.ts';
import type { Dial } from './dialling.ts';

let cache: SessionCache;
let authority: CertificateAuthority;
let server: ImapServer;

beforeEach(async () => {
  cache = new SessionCache();
  authority = await createAuthority();
  server = await startImapServer({ authority });
});
afterEach(() => server.stop());

/** Wherever it is to go: to the server. */
const by =
  (via: string | null): Dial =>
  async (_to, dialling) => {
    dialling.phase('proxy', performance.now());
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    return { socket, via };
  };

const nowhere: Dial = () => Promise.reject(Object.assign(new Error('no'), { code: 'PROXY' }));

async function visit(options: ConnectOptions): Promise<string> {
  const trust = { kind: 'ca', pem: authority.certPem } as const;
  const peer = { account: 'alice', name: 'localhost', port: 993, security: 'tls', trust } as const;
  const at = { host: '127.0.0.1', port: server.port };
  const { socket, outcome } = await connectTls(cache, peer, at, options);
  await once(socket, 'data');
  await turn();
  await turn();
  socket.destroy();
  await once(socket, 'close');
  return outcome.kind;
}

describe('a connection that goes another way', () => {
  it('resumes what was seen on the same way, and on no other is it offered', async () => {
    expect(await visit({ dial: by('a') })).toBe('full');
    expect(await visit({ dial: by('a') })).toBe('resumed');
    expect(await visit({ dial: by('b') })).toBe('full');
    expect(await visit({ dial: by(null) })).toBe('full');
    expect(server.stats().offered).toBe(1);
    // Straight there is one way, whoever dials.
    expect(await visit({})).toBe('resumed');
  });

  it('tells of the phase that it goes through, and of no address that is the proxy’s', async () => {
    const events: TransportEvent[] = [];
    await visit({ dial: by('a'), onEvent: (event) => events.push(event) });
    const phases = events.flatMap((event) => (event.kind === 'phase' ? [event.phase] : []));
    expect(phases).toEqual(['proxy', 'tls', 'greeting']);
    expect(events.find(({ kind }) => kind === 'handshake')).toMatchObject({ address: null });
  });

  it('fails with what its way failed of', async () => {
    const error: unknown = await visit({ dial: nowhere }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ConnectTlsError);
    expect(error).toMatchObject({ code: 'PROXY', outcome: { sessionOffered: false } });
  });

  it('is given up by whoever dials where it takes too long', async () => {
    const late = new AbortController();
    const dial: Dial = (_to, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(new Error('aborted'));
        });
        late.abort();
      });
    await expect(visit({ dial, tookTooLong: late.signal })).rejects.toThrow('took too long');
  });
});

it('the way is part of the key of sessions, and straight there is as it ever was', () => {
  const { key } = keysOf(peerOf('alice'));
  expect(keysOf(peerOf('alice', { via: null })).key).toBe(key);
  expect(keysOf(peerOf('alice', { via: 'a' })).key).not.toBe(key);
  expect(keysOf(peerOf('alice', { via: 'b' })).key).not.toBe(
    keysOf(peerOf('alice', { via: 'a' })).key,
  );
});
