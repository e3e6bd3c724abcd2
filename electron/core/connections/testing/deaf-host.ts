/** An address of this machine that answers no SYN, as one that is far away or dead. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** The kernel accepts two connections for a program that does not: one more than its backlog. */
const ACCEPTED = 2;
const FILLERS = 4;

/** Relays what comes to its address. Its arguments: that address, and the port behind it. */
const RELAY = `
  const { connect, createServer } = require('node:net');
  const [host, behind] = process.argv.slice(1);
  const server = createServer((socket) => {
    const onward = connect(Number(behind), '127.0.0.1');
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
  });
  server.listen({ host, port: 0, backlog: 1 }, () => console.log(server.address().port));
`;

export interface DeafHost extends AsyncDisposable {
  readonly port: number;
  /** From now on it answers: at the next SYN, which the kernel of the client sends after a second. */
  hear(): void;
}

/**
 * Starts one at `host`, a loopback address, which leads to `behind`, a port of 127.0.0.1, once it
 * hears. A program of its own that is stopped: the kernel takes no SYN for it while its queue is full.
 */
export async function startDeafHost(host: string, behind: number): Promise<DeafHost> {
  const child = spawn(process.execPath, ['-e', RELAY, host, String(behind)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  child.kill('SIGSTOP');
  const fillers: Socket[] = [];
  for (let index = 0; index < FILLERS; index += 1) {
    const filler = connect(port, host);
    filler.on('error', () => undefined);
    fillers.push(filler);
    if (index < ACCEPTED) await once(filler, 'connect');
  }
  return {
    port,
    hear: () => {
      for (const filler of fillers) filler.destroy();
      child.kill('SIGCONT');
    },
    [Symbol.asyncDispose]: async () => {
      for (const filler of fillers) filler.destroy();
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
