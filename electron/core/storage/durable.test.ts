import { describe, expect, it } from 'vitest';
import { Durable, inMemory } from './durable.ts';

/** A disk whose writes end when the test says so. */
function slowDisk() {
  const writes: { text: string; done: () => void; failed: (error: Error) => void }[] = [];
  const persist = (text: string): Promise<void> => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    writes.push({ text, done: resolve, failed: reject });
    return promise;
  };
  const write = async (index: number) => {
    // A change is taken up in the next turn.
    await new Promise(setImmediate);
    const found = writes[index];
    if (found === undefined) throw new Error(`there is no write ${String(index)}`);
    return found;
  };
  return { writes, persist, write };
}

const append = (item: string) => (list: readonly string[]) => [...list, item];

describe('a durable value', () => {
  it('shows a change only when it is on the disk', async () => {
    const disk = slowDisk();
    const durable = new Durable<readonly string[]>([], JSON.stringify, disk.persist);
    const changed = durable.change(append('a'));
    const first = await disk.write(0);
    expect(durable.value).toEqual([]);
    first.done();
    await changed;
    expect(durable.value).toEqual(['a']);
    expect(first.text).toBe('["a"]');
  });

  it('writes changes that arrive during a write together, one write at a time', async () => {
    const disk = slowDisk();
    const durable = new Durable<readonly string[]>([], JSON.stringify, disk.persist);
    const changes = [durable.change(append('a'))];
    const first = await disk.write(0);
    changes.push(durable.change(append('b')), durable.change(append('c')));
    await new Promise(setImmediate);
    expect(disk.writes).toHaveLength(1);
    first.done();
    (await disk.write(1)).done();
    await Promise.all(changes);
    expect(disk.writes.map(({ text }) => text)).toEqual(['["a"]', '["a","b","c"]']);
  });

  it('stays as it was when a write fails, and goes on', async () => {
    const disk = slowDisk();
    const durable = new Durable<readonly string[]>(['old'], JSON.stringify, disk.persist);
    const changed = durable.change(append('lost'));
    (await disk.write(0)).failed(new Error('disk full'));
    await expect(changed).rejects.toThrow('disk full');
    expect(durable.value).toEqual(['old']);
    const next = durable.change(append('new'));
    (await disk.write(1)).done();
    await next;
    expect(durable.value).toEqual(['old', 'new']);
  });

  it('refuses one change of several without touching the others', async () => {
    const durable = new Durable<readonly string[]>([], JSON.stringify, inMemory);
    const refused = durable.change(() => {
      throw new Error('no');
    });
    const taken = durable.change(append('b'));
    await expect(refused).rejects.toThrow('no');
    await taken;
    expect(durable.value).toEqual(['b']);
  });

  it('writes nothing when every change was refused', async () => {
    const disk = slowDisk();
    const durable = new Durable<readonly string[]>([], JSON.stringify, disk.persist);
    await expect(
      durable.change(() => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(disk.writes).toEqual([]);
  });

  it('is settled when the last write has ended', async () => {
    const disk = slowDisk();
    const durable = new Durable<readonly string[]>([], JSON.stringify, disk.persist);
    const changed = durable.change(append('a'));
    const settled = durable.settled();
    (await disk.write(0)).done();
    await settled;
    expect(durable.value).toEqual(['a']);
    await changed;
  });
});
