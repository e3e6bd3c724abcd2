/** Which interfaces lead into this machine itself, or through a tunnel, and not to a network. */
import { existsSync, readFileSync } from 'node:fs';

/**
 * What the bridges and tunnels of containers, virtual machines and private networks are called, for
 * systems that do not tell what an interface is: macOS (its `bridge0` is one of cables), Windows.
 */
const VIRTUAL = new RegExp(
  [
    String.raw`^(?:bridge[1-9]\d|vmenet|vnic|vmnet|vboxnet|docker|podman|cni|br-|virbr|lxcbr|lxdbr|incusbr|veth(?!ernet)|tap|tun|utun|wg|zt|feth|tailscale|gif|stf|ipsec)`,
    // Not every vEthernet: a switch of Hyper-V that leads outward is called so as well.
    String.raw`^vEthernet \((?:Default Switch|nat|WSL.*|DockerNAT)\)`,
    String.raw`VirtualBox Host-Only|VMware Network Adapter|Tailscale|ZeroTier|WireGuard|OpenVPN|TAP-Windows|Wintun`,
  ].join('|'),
  'i',
);

/** What Linux tells of its interfaces. */
const INTERFACES = '/sys/class/net';

const VIRTUAL_TYPE = /^DEVTYPE=(?:bridge|wireguard|vxlan)$/m;

/** Whether an interface is a bridge or a tunnel, by its name or by what Linux tells of it. */
export function isVirtual(name: string): boolean {
  return VIRTUAL.test(name) || isVirtualOnLinux(name);
}

function isVirtualOnLinux(name: string): boolean {
  if (name.includes('/')) return false;
  try {
    // A tunnel of a program's, such as OpenVPN's, is of no type, but has flags.
    return (
      VIRTUAL_TYPE.test(readFileSync(`${INTERFACES}/${name}/uevent`, 'latin1')) ||
      existsSync(`${INTERFACES}/${name}/tun_flags`)
    );
  } catch {
    // Another system, or a sandbox that hides it.
    return false;
  }
}
