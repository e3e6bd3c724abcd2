import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { CONVERSATIONS, ReplyReader } from './conversation.ts';
import { MAX_REPLY_LINES, MAX_UNREAD_LENGTH } from './limits.ts';

/** Node reads so much at once. */
const CHUNK_BYTES = 64 * 1024;

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** A connection whose far end says `text` again and again, as fast as it is read. */
async function flooded(text: string): Promise<Socket> {
  const server = createServer((far) => {
    far.on('error', () => undefined);
    const pour = () => {
      while (!far.destroyed && far.write(text.repeat(1_000)));
    };
    far.on('drain', pour);
    pour();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  stack.defer(async () => {
    socket.destroy();
    server.close();
    await once(server, 'close');
  });
  await once(socket, 'connect');
  return socket;
}

describe('a server that floods the check', () => {
  it('is read no further than what nobody has asked for yet', async () => {
    const socket = await flooded('* OK Wait\r\n');
    const reader = new ReplyReader(socket);
    expect(await reader.line('greeting')).toBe('* OK Wait');
    while (!socket.isPaused()) await once(socket, 'data');
    const before = socket.bytesRead;
    expect(before).toBeLessThanOrEqual(MAX_UNREAD_LENGTH + 3 * CHUNK_BYTES);
    expect(await reader.line('command')).toBe('* OK Wait');
    expect(socket.bytesRead).toBe(before);
  });

  it.each([
    ['imap', '* 1 EXISTS\r\n', (socket: Socket) => talk('imap', socket)],
    ['smtp', '250-more\r\n', (socket: Socket) => talk('smtp', socket)],
  ] as const)('is given up after so many lines of one answer: %s', async (_protocol, text, ask) => {
    const socket = await flooded(text);
    const asked = ask(socket);
    await expect(asked.goodbye).rejects.toMatchObject({ kind: 'not-mail' });
    expect(asked.read()).toBeLessThanOrEqual(MAX_REPLY_LINES);
  });
});

/** Says goodbye, and counts the lines that it takes for the answer. */
function talk(protocol: 'imap' | 'smtp', socket: Socket) {
  let lines = 0;
  const reader = new ReplyReader(socket);
  const line = reader.line.bind(reader);
  reader.line = (step) => {
    lines += 1;
    return line(step);
  };
  const goodbye = CONVERSATIONS[protocol].goodbye({ reader, send: () => undefined });
  return { goodbye, read: () => lines };
}
