import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { WatchLog } from './watch-log.ts';

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
