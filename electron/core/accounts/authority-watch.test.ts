import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { createAuthority, type CertificateAuthority } from '../demo/testing/index.ts';
import { lineLog } from '../log/index.ts';
import { TestClock } from '../testing/clock.ts';
import { authorities, replaceSystemAuthorities } from '../tls/index.ts';
import {
  AuthorityWatch,
  READ_EVERY_MS,
  READ_WITHIN_MS,
  startNodeReader,
  type StartReader,
} from './authority-watch.ts';

const asFound = authorities({ kind: 'system' });
afterEach(() => {
  replaceSystemAuthorities(asFound);
});

/** A process that says what it is told to. */
class Reader extends EventEmitter {
  killed = false;

  kill(): boolean {
    this.killed = true;
    return true;
  }
}

function watching(start?: StartReader) {
  const clock = new TestClock();
  const readers: Reader[] = [];
  const printed: string[] = [];
  let changes = 0;
  const watch = new AuthorityWatch({
    clock,
    log: lineLog(
      (line) => printed.push(line.slice(25)),
      () => new Date(0),
    ),
    start:
      start ??
      (() => {
        const reader = new Reader();
        readers.push(reader);
        return reader;
      }),
    onChange: () => {
      changes += 1;
    },
  });
  /** One reading, in which the process does this. */
  const reading = async (act: (reader: Reader) => void): Promise<void> => {
    const read = watch.read();
    const reader = readers.at(-1);
    if (reader !== undefined) act(reader);
    await read;
  };
  return { clock, readers, printed, watch, reading, changes: () => changes };
}

const says =
  (...system: readonly string[]) =>
  (reader: Reader): boolean =>
    reader.emit('message', { own: [], system });

const trusted = (): readonly string[] => authorities({ kind: 'system' });
const pem = ({ certPem }: CertificateAuthority): string => certPem;

describe('the watch over the system’s authorities', () => {
  it('reads them well within an hour, again and again, one reading at a time', async () => {
    const { clock, readers, watch, reading } = watching();
    clock.advance(READ_EVERY_MS);
    expect(READ_EVERY_MS + READ_WITHIN_MS).toBeLessThan(3_600_000);
    expect(readers).toHaveLength(1);
    await watch.read();
    clock.advance(READ_WITHIN_MS);
    await reading(() => undefined);
    expect(readers).toHaveLength(1);
    watch.close();
    expect(clock.pending).toBe(0);
  });

  it('tells of a change once it holds, and of nothing else', async () => {
    const [one, other] = [pem(await createAuthority()), pem(await createAuthority())];
    const { watch, reading, changes, readers } = watching();
    await reading(says(one));
    await reading(says(one));
    expect(changes()).toBe(1);
    expect(trusted()).toEqual([one]);
    await reading(says(other, one));
    expect(changes()).toBe(2);
    await reading(says(one, other));
    expect(changes()).toBe(2);
    expect(readers.every(({ killed }) => killed)).toBe(true);
    watch.close();
  });

  it('takes nothing that is no certificate', async () => {
    const one = pem(await createAuthority());
    const { printed, watch, reading } = watching();
    const key = one.replaceAll('CERTIFICATE', 'PRIVATE KEY');
    await reading(says(key, '', one.slice(0, -60), one + one, 'x'.repeat(100_000), one));
    expect(trusted()).toEqual([one]);
    expect(printed.join('')).toContain('5 of the system’s authorities are no certificates');
    watch.close();
  });

  it.each<[string, (reader: Reader) => void, string]>([
    ['ends without a word', (reader) => reader.emit('exit', 1), 'ended with 1'],
    ['cannot be started', (reader) => reader.emit('error', new Error('EAGAIN')), 'EAGAIN'],
    ['tells of too many', (reader) => reader.emit('message', 'too-many'), 'too many'],
    ['tells of none', says(), 'names none'],
    ['tells something else', (reader) => reader.emit('message', { own: [1] }), 'too many'],
  ])('keeps what is known where the process %s, and says so once', async (_, act, why) => {
    const { printed, watch, reading, changes } = watching();
    await reading(act);
    await reading(act);
    expect(trusted()).toEqual(asFound);
    expect(changes()).toBe(0);
    expect(printed).toEqual([expect.stringContaining(why)]);
    watch.close();
  });

  it('waits no longer than a minute, and ends a process that hangs', async () => {
    const { clock, printed, readers, watch } = watching();
    const read = watch.read();
    clock.advance(READ_WITHIN_MS);
    await read;
    expect(readers[0]?.killed).toBe(true);
    expect(printed.join('')).toContain('more than 60 s');
    watch.close();
  });

  it('is answered by a process of Node’s with what Node trusts', async () => {
    const { printed, watch, changes } = watching(startNodeReader);
    await watch.read();
    expect(printed).toEqual([]);
    expect(changes()).toBe(0);
    watch.close();
  });
});
