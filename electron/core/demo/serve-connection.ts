import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Security } from '../../../shared/model.ts';
import type { Layer, SessionEnd } from './imap/imap-session.ts';
import type { Fault, Script } from './imap/script.ts';
import type { TlsAcceptor } from './tls-acceptor.ts';

/** What a connection is served with. */
export interface ConnectionServices {
  readonly tls: TlsAcceptor;
  readonly security: Security;
  readonly script: Script;
  /** The ClientHello came, or TLS is there, or has failed: the counts are new. */
  readonly onCounted: () => void;
  /** Answers IMAP on `stream` until the end. */
  readonly converse: (stream: Duplex, layer: Layer) => Promise<SessionEnd>;
}

/** Serves one TCP connection from accept to end; the script may end it at any step. */
export async function serveConnection(raw: Socket, services: ConnectionServices): Promise<void> {
  const { tls, security, script, converse } = services;
  if (actedOut(script.accept, raw, raw)) return;
  if (security === 'starttls') {
    const end = await converse(raw, 'plain');
    if (end !== 'starttls') {
      finish(raw, raw, end);
      return;
    }
  }
  const hello = await tls.clientHello(raw);
  services.onCounted();
  if (hello === null) {
    raw.destroy();
    return;
  }
  if (actedOut(script.handshake, raw, raw)) return;
  const secured = await tls.handshake(raw);
  services.onCounted();
  if (secured === null || actedOut(script.secured, secured, raw)) return;
  finish(secured, raw, await converse(secured, security === 'tls' ? 'tls' : 'tls-after-starttls'));
}

/** Acts out a fault where no IMAP is spoken; says whether there was one. */
function actedOut(fault: Fault | undefined, stream: Duplex, raw: Socket): boolean {
  if (fault === undefined) return false;
  if (fault.kind === 'raw') stream.write(fault.text);
  finish(stream, raw, endOf(fault));
  return true;
}

function endOf(fault: Fault): SessionEnd {
  switch (fault.kind) {
    case 'hang':
    case 'raw':
      return 'hang';
    case 'reset':
      return 'reset';
    case 'close':
    case 'bye':
    case 'reply':
      return 'closed';
  }
}

function finish(stream: Duplex, raw: Socket, end: SessionEnd): void {
  if (end === 'hang') {
    // Read on, so that the client's own end is seen.
    stream.resume();
  } else if (end === 'reset') {
    raw.resetAndDestroy();
  } else {
    // What was written still goes out, but nothing waits for the client to end its side.
    stream.end(() => {
      raw.destroySoon();
    });
  }
}
