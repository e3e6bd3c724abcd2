import { describe, expect, test } from 'vitest';
import { isItself, ServerAddresses } from './server-addresses.ts';
import { CannotWatch } from './watch-plan.ts';

const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));

describe('the addresses of a server', () => {
  test('are asked of DNS, of both families, and again after a minute', async () => {
    let now = 0;
    let asked = 0;
    const names = {
      resolve4: () => {
        asked += 1;
        return Promise.resolve(['192.0.2.1']);
      },
      resolve6: () => Promise.resolve(['2001:db8::1']),
    };
    const addresses = new ServerAddresses('imap.example.org', null, names, () => now);
    expect(await addresses.find()).toEqual(['192.0.2.1', '2001:db8::1']);
    now = 59_000;
    await addresses.find();
    expect(asked).toBe(1);
    now = 61_000;
    await addresses.find();
    expect(asked).toBe(2);
    names.resolve4 = failing('ETIMEOUT');
    names.resolve6 = failing('ETIMEOUT');
    now = 200_000;
    expect(await addresses.find()).toEqual(['192.0.2.1', '2001:db8::1']);
  });

  test('are the one that was given, and nobody is asked then', async () => {
    const names = { resolve4: failing('never'), resolve6: failing('never') };
    expect(await new ServerAddresses('imap.example.org', '192.0.2.9', names).find()).toEqual([
      '192.0.2.9',
    ]);
    expect(await new ServerAddresses('2001:db8::9', null, names).find()).toEqual(['2001:db8::9']);
    expect(await new ServerAddresses('localhost', null, names).find()).toContain('127.0.0.1');
  });

  test.for([
    ['ENOTFOUND', /DNS knows no server named imap\.example\.org.*address as well/],
    ['ETIMEOUT', /could not be looked up by DNS \(ETIMEOUT, ETIMEOUT\).*address as well/],
  ] as const)('are none where DNS says %s, in a sentence', async ([code, sentence]) => {
    const names = { resolve4: failing(code), resolve6: failing(code) };
    const found = new ServerAddresses('imap.example.org', null, names).find();
    await expect(found).rejects.toThrow(CannotWatch);
    await expect(found).rejects.toThrow(sentence);
  });

  test('are not what a name server of this machine reads in the hosts file', async () => {
    let now = 0;
    const names = {
      resolve4: () => Promise.resolve(['127.0.0.1']),
      resolve6: () => Promise.resolve(['::1']),
    };
    const addresses = new ServerAddresses('imap.example.org', null, names, () => now);
    await expect(addresses.find()).rejects.toThrow(/leads to this machine .*own address as well/);
    names.resolve4 = () => Promise.resolve(['127.0.0.1', '192.0.2.1']);
    expect(await addresses.find()).toEqual(['192.0.2.1']);
    // The line was written after it began.
    names.resolve4 = () => Promise.resolve(['127.0.0.1']);
    now = 61_000;
    expect(await addresses.find()).toEqual(['192.0.2.1']);
  });

  test('are the relay itself where it listens there, or everywhere', () => {
    const here = { address: '127.0.0.1', port: 993 };
    expect(isItself(here, '127.0.0.1', 993)).toBe(true);
    expect(isItself(here, '::ffff:127.0.0.1', 993)).toBe(true);
    expect(isItself(here, '0.0.0.0', 993)).toBe(true);
    expect(isItself(here, '127.0.0.1', 994)).toBe(false);
    expect(isItself(here, '127.0.0.2', 993)).toBe(false);
    expect(isItself({ address: '0.0.0.0', port: 993 }, '127.0.0.2', 993)).toBe(true);
    expect(isItself({ address: '::', port: 993 }, '192.0.2.1', 993)).toBe(false);
  });
});
