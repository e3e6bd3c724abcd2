import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { isOnThisMachine, machineWith, readInterfaces, thisMachine } from './machine.ts';

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

describe('this machine', () => {
  test('has its loopback address, whatever else it has', () => {
    const { all, outward } = thisMachine.addresses();
    expect(all).toContain('127.0.0.1');
    expect(outward).not.toContain('127.0.0.1');
  });

  test('is busy while it computes', async () => {
    // Not in the turn in which a test begins: Node counts from the loop's next turn on.
    await nextTurn();
    const before = thisMachine.busyMs();
    const endAt = performance.now() + 30;
    while (performance.now() < endAt);
    await nextTurn();
    const computed = thisMachine.busyMs();
    expect(computed - before).toBeGreaterThanOrEqual(30);
  });

  test('is taken for online where a sandbox hides its addresses', () => {
    const machine = machineWith(() => {
      throw new Error('A system error occurred: uv_interface_addresses returned 13');
    });
    expect(machine.addresses().outward.size).toBe(1);
  });

  test('is what it was where its addresses cannot be read just now', () => {
    let isHidden = false;
    const machine = machineWith(() => {
      if (isHidden) throw new Error('A system error occurred: uv_interface_addresses returned 12');
      return networkInterfaces();
    });
    const before = machine.addresses();
    isHidden = true;
    expect(machine.addresses()).toEqual(before);
  });
});

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
