import { describe, expect, it } from 'vitest';
import { shortAddress } from './ip-name.ts';

describe('an address in a certificate', () => {
  it.each([
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    // The longest run goes, of two the first, and a single group stays.
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0db8:0000:0000:0000:0000:0002:0001', '2001:db8::2:1'],
    ['0:0:0:0:0:FFFF:C000:201', '::ffff:192.0.2.1'],
    ['0:0:0:0:0:ffff:0:0', '::ffff:0.0.0.0'],
  ])('%s is written as %s', (long, short) => {
    expect(shortAddress(long)).toBe(short);
    expect(shortAddress(short)).toBe(short);
  });

  it.each(['127.0.0.1', '', 'not:an:address', '::1]/x[::2', '::1]:80', 'mail.example', '::1%eth0'])(
    'stays as it is where it is no IPv6 address: %j',
    (text) => {
      expect(shortAddress(text)).toBe(text);
    },
  );
});
