/**
 * Bounds how many connections the HTTP server holds, so that nobody can keep the page out by
 * holding them all: the oldest makes room. A browser's request is answered within milliseconds of
 * its connection, so it is the connections that wait for nothing that go.
 */
import type { Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Stops counting a connection that has become a WebSocket: those have a limit of their own. */
export type LetGo = (socket: Duplex) => void;

/** Holds at most `most` connections of `http` from now on. */
export function limitConnections(http: Server, most: number): LetGo {
  // In the order in which they came.
  const held = new Set<Duplex>();
  http.on('connection', (socket) => {
    held.add(socket);
    socket.once('close', () => held.delete(socket));
    const [oldest] = held;
    if (held.size <= most || oldest === undefined) return;
    held.delete(oldest);
    oldest.destroy();
  });
  return (socket) => held.delete(socket);
}
