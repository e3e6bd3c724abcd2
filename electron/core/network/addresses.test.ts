import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { isOnThisMachine, placeOf, readInterfaces } from './addresses.ts';

function info(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, netmask: '', mac: '02:00:00:00:00:01', internal, cidr: null };
  return address.includes(':')
    ? { ...common, family: 'IPv6', scopeid: 0 }
    : { ...common, family: 'IPv4' };
}

describe('the addresses of a machine', () => {
  test('lead outward where they are neither internal nor there without any network', () => {
    const { all, outward } = readInterfaces({
      lo: [info('127.0.0.1', true), info('::1', true)],
      wlan0: [info('192.168.1.23'), info('2001:db8::23'), info('fe80::1')],
    });
    expect(outward).toEqual(new Set(['192.168.1.23', '2001:db8::23']));
    expect(all).toEqual(new Set(['127.0.0.1', '::1', '192.168.1.23', '2001:db8::23', 'fe80::1']));
  });

  test('lead nowhere where an interface is up and has been given none', () => {
    expect(readInterfaces({ wlan0: [info('fe80::1'), info('febf::1')] }).outward.size).toBe(0);
  });

  test('lead outward in a network without a router: a cable between two machines', () => {
    expect(readInterfaces({ eth0: [info('169.254.3.4')] }).outward.size).toBe(1);
    expect(readInterfaces({ eth0: [info('10.0.0.2')] }).outward.size).toBe(1);
  });
});

describe('the place of an address', () => {
  test.each([
    ['192.168.1.23', '192.168.1.23'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['2001:db8:0:0:aaaa:bbbb:cccc:dddd', '2001:db8:0:0::/64'],
    ['fd00::', 'fd00:0:0:0::/64'],
    ['::5', '0:0:0:0::/64'],
  ])('%s is in %s', (address, place) => {
    expect(placeOf(address)).toBe(place);
  });
});

describe('a server', () => {
  test.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost', 'LocalHost.', 'a.localhost'])(
    'is on this machine: %s',
    (host) => {
      expect(isOnThisMachine(host)).toBe(true);
    },
  );

  test.each([
    '192.168.1.2',
    '2001:db8::1',
    'imap.example.org',
    'localhost.example.org',
    'notlocalhost',
    '128.0.0.1',
    '0x7f.example',
    '',
  ])('is elsewhere: %s', (host) => {
    expect(isOnThisMachine(host)).toBe(false);
  });
});
