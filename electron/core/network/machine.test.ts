import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test, vi } from 'vitest';
import { isVirtual } from './interfaces.ts';
import { isInside, isOnThisMachine, machineWith, readInterfaces, thisMachine } from './machine.ts';
import { theseRoutes } from './routes.ts';

function info(address: string, internal = false, cidr: string | null = null): NetworkInterfaceInfo {
  const common = { address, netmask: '', mac: '02:00:00:00:00:01', internal, cidr };
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

describe('a bridge or a tunnel', () => {
  const docker0 = [info('172.17.0.1', false, '172.17.0.1/16'), info('fe80::42')];
  const tun0 = [info('10.8.0.2', false, '10.8.0.2/24'), info('fd00::2', false, 'fd00::2/64')];

  test('is no network by itself, but what is in its subnet is inside of this machine', () => {
    const { all, outward, inside } = readInterfaces({ docker0, tun0 }, new Set());
    expect(outward.size).toBe(0);
    expect(all).toContain('172.17.0.1');
    expect(inside).toEqual(['172.17.0.1/16', '10.8.0.2/24', 'fd00::2/64']);
    expect(isInside('172.17.3.4', inside)).toBe(true);
    expect(isInside('[fd00::9]', inside)).toBe(true);
    expect(isInside('172.18.0.1', inside)).toBe(false);
    expect(isInside('imap.example.org', inside)).toBe(false);
  });

  test('is a network where packets leave by it, in both families', () => {
    const { outward } = readInterfaces({ docker0, tun0 }, new Set(['10.8.0.2']));
    expect(outward).toEqual(new Set(['10.8.0.2', 'fd00::2']));
  });

  test('is no news beside a network, and may be one where the routes are not known', () => {
    const eth0 = [info('192.168.1.23')];
    expect(readInterfaces({ eth0, docker0 }, new Set()).outward).toEqual(new Set(['192.168.1.23']));
    expect(readInterfaces({ docker0 }, null).outward.size).toBe(1);
  });

  test.each([
    'docker0',
    'br-1a2b3c4d5e6f',
    'virbr0',
    'veth12ab',
    'lxdbr0',
    'vboxnet0',
    'vmnet8',
    'tun0',
    'utun4',
    'wg0',
    'tailscale0',
    'ztabcdef12',
    'bridge100',
    'podman1',
    'cni0',
    'vEthernet (WSL (Hyper-V firewall))',
    'vEthernet (Default Switch)',
    'VirtualBox Host-Only Network',
    'VMware Network Adapter VMnet1',
  ])('is known by its name: %s', (name) => {
    expect(isVirtual(name)).toBe(true);
  });

  test.each([
    'eth0',
    'enp3s0',
    'wlan0',
    'wlp2s0',
    'en0',
    'bridge0',
    'bond0',
    'ppp0',
    'wwan0',
    'usb0',
    'Wi-Fi',
    'Ethernet 2',
    'WLAN',
    'vEthernet (External)',
    'br0',
    '../eth0',
    '',
  ])('is not: %s', (name) => {
    expect(isVirtual(name)).toBe(false);
  });
});

test('the kernel tells by which addresses packets leave, once it was asked', async () => {
  const routes = theseRoutes();
  const known = await vi.waitUntil(() => routes.carriers());
  const { all } = thisMachine.addresses();
  for (const carrier of known) expect(all).toContain(carrier);
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
