/** Plain TLS clients for the tests of this folder: no cache, no transport, nothing of Reprise. */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import type { ImapServer } from './scripted-server.ts';

/** What one connection came to. */
export interface Visit {
  readonly resumed: boolean;
  /** Sessions that came, oldest first. */
  readonly sessions: readonly Buffer[];
  readonly greeting: string;
}

/**
 * Connects over implicit TLS, waits for the greeting, leaves. Tickets under TLS 1.3 come before
 * the greeting, so all are there by then.
 */
export async function visit(server: ImapServer, options: ConnectionOptions = {}): Promise<Visit> {
  const sessions: Buffer[] = [];
  const socket = connect(optionsFor(server, options));
  socket.on('session', (session: Buffer) => sessions.push(session));
  const greeting = await nextText(socket);
  const resumed = socket.isSessionReused();
  await leave(socket);
  return { resumed, sessions, greeting };
}

/** The error that a connection ends with; the promise rejects when it does not. */
export async function visitError(
  server: ImapServer,
  options: ConnectionOptions = {},
): Promise<string> {
  const socket = connect(optionsFor(server, options));
  try {
    await once(socket, 'data');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  } finally {
    socket.destroy();
  }
  throw new Error('The connection did not fail.');
}

function optionsFor(server: ImapServer, options: ConnectionOptions): ConnectionOptions {
  const { host, port, servername, caPem } = server;
  return { host, port, servername, ca: caPem, ...options };
}

export async function plainSocket(server: ImapServer): Promise<Socket> {
  const socket = connectTcp(server.port, server.host);
  await once(socket, 'connect');
  return socket;
}

export async function secureSocket(server: ImapServer): Promise<TLSSocket> {
  const socket = connect(optionsFor(server, {}));
  await once(socket, 'secureConnect');
  return socket;
}

export async function nextText(socket: Socket): Promise<string> {
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString('utf8');
}

/** All text until the server ends the connection. */
export async function textUntilEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  await once(socket, 'close');
  return text;
}

/** Sends commands and gives all that the server says until its answer tagged `z`. */
export async function converse(socket: Socket, ...lines: readonly string[]): Promise<string> {
  let text = '';
  const { promise, resolve } = Promise.withResolvers<void>();
  const gather = (chunk: Buffer): void => {
    text += chunk.toString('utf8');
    if (/^z (OK|NO|BAD).*\r\n/m.test(text)) resolve();
  };
  socket.on('data', gather);
  socket.write(lines.map((line) => `${line}\r\n`).join(''));
  await promise;
  socket.off('data', gather);
  return text;
}

async function leave(socket: Socket): Promise<void> {
  const closed = once(socket, 'close');
  socket.destroy();
  await closed;
}
