import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { WatchLog } from './watch-log.ts';

const ABOUT = {
  program: { name: 'Reprise', version: '0' },
  startedAt: 0,
  server: { host: 'imap.example.org', port: 993, addresses: [] },
  listening: { address: '127.0.0.1', port: 10_993, reach: 'this-machine' },
} satisfies Parameters<WatchLog['report']>[0];

const number = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};
/** With its length before it, in so many bytes. */
const vector = (bytes: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  return Buffer.concat([number(body.length, bytes), body]);
};
const extension = (type: number, ...parts: readonly Buffer[]): Buffer =>
  Buffer.concat([number(type, 2), vector(2, ...parts)]);
/** A handshake message of TLS 1.3, in a record of its own. */
const said = (type: number, random: Buffer, ...parts: readonly Buffer[]): Buffer => {
  const message = vector(3, number(0x0303, 2), random, vector(1), ...parts);
  return Buffer.concat([number(0x16_03_03, 3), vector(2, number(type, 1), message)]);
};

/** A ClientHello that offers tickets of these names (RFC 8446 §4.2.11). */
function helloWith(names: readonly number[]): Buffer {
  const identities = names.map((name) =>
    Buffer.concat([vector(2, number(name, 4)), Buffer.alloc(4)]),
  );
  const binders = names.map(() => vector(1, Buffer.alloc(32)));
  const extensions = [
    extension(43, vector(1, number(0x0304, 2))),
    extension(45, vector(1, number(1, 1))),
    extension(41, vector(2, ...identities), vector(2, ...binders)),
  ];
  const suites = vector(2, number(0x1301, 2));
  return said(1, Buffer.alloc(32), suites, vector(1, Buffer.alloc(1)), vector(2, ...extensions));
}

/** RFC 8446 §4.1.3: a ServerHello with this random asks for another ClientHello. */
const RETRY = said(
  2,
  createHash('sha256').update('HelloRetryRequest').digest(),
  number(0x1301, 2),
  Buffer.alloc(1),
  vector(2, extension(43, number(0x0304, 2))),
);

/** Sixteen that nobody has offered before. */
const newNames = (from: number): readonly number[] =>
  Array.from({ length: 16 }, (_, index) => from * 16 + index);

test('one more ClientHello is read where the server asks for it, and no third', () => {
  const watched = new WatchLog(() => undefined).begin();
  watched.fromClient(helloWith([1]));
  watched.fromServer(RETRY);
  watched.fromClient(helloWith([1, 2]));
  expect(watched.view()).toMatchObject({ helloRetried: true, offers: { length: 2 } });
  watched.fromClient(helloWith([3]));
  expect(watched.view().offers).toHaveLength(2);
});

test('a row has sixteen offers at most, however many ClientHellos come', () => {
  const watched = new WatchLog(() => undefined).begin();
  watched.fromClient(helloWith(newNames(0)));
  watched.fromServer(RETRY);
  for (let hello = 1; hello < 2000; hello += 1) watched.fromClient(helloWith(newNames(hello)));
  expect(watched.view().offers).toHaveLength(16);
});

test('what is cut off when the watch ends is no failure of the client', () => {
  const log = new WatchLog(() => undefined);
  const said = [[], [Buffer.from('a CAPABILITY\r\n')], [helloWith([])], [helloWith([1]), RETRY]];
  for (const [client, server] of said) {
    const watched = log.begin();
    if (client !== undefined) watched.fromClient(client);
    if (server !== undefined) watched.fromServer(server);
    watched.end('pass-through', 'reset');
    log.over(watched);
  }
  const { connections, counts, summary } = log.report(ABOUT);
  expect(connections.map(({ outcome }) => outcome.kind)).toEqual(said.map(() => 'pending'));
  expect(counts).toMatchObject({ connections: 4, open: 0, failed: 0 });
  expect(summary).toBe('4 connections: every one cut off.');
});

test('the summary speaks of the latest 5000, and says so', () => {
  const log = new WatchLog(() => undefined);
  for (let number = 1; number <= 6000; number += 1) {
    const watched = log.begin();
    watched.end('client', 'close');
    log.over(watched);
  }
  expect(log.report(ABOUT)).toMatchObject({
    summary: 'Of the latest 5000 of 6000 connections: 5000 connections: every one failed.',
    leftOut: 1000,
  });
});

test('who was not let in is told at once, and counted in the document', () => {
  let told = 0;
  const log = new WatchLog(
    () => undefined,
    () => {
      told += 1;
    },
  );
  log.refused();
  expect(told).toBe(1);
  expect(log.report(ABOUT)).toMatchObject({ connections: [], notLetIn: 1 });
});
