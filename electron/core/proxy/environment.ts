/** The proxies of a system that says them by environment variables, as curl and others read them. Pure. */
import { BlockList, isIP } from 'node:net';
import { normalName, type Address } from '../tls/index.ts';
import { proxyHop } from './pac.ts';
import type { Hop, ProxyKind } from './way.ts';

/** Variables by name. */
export type Environment = Readonly<Partial<Record<string, string>>>;

/** `socks5h` is curl's word for names that the proxy looks up, which it does here in any case. */
const KINDS: Readonly<Partial<Record<string, ProxyKind>>> = {
  http: 'http',
  socks: 'socks5',
  socks5: 'socks5',
  socks5h: 'socks5',
};

/**
 * The way to a server by `HTTPS_PROXY`, else `ALL_PROXY`, but not to what `NO_PROXY` names; in lower
 * case, which goes first, or upper. Straight there where none is set.
 */
export function hopsOfEnvironment(environment: Environment, to: Address): readonly Hop[] {
  const said = valueOf(environment, 'HTTPS_PROXY') ?? valueOf(environment, 'ALL_PROXY');
  if (said === null) return [{ kind: 'straight' }];
  const exceptions = valueOf(environment, 'NO_PROXY') ?? '';
  if (isExcepted(to, exceptions)) return [{ kind: 'straight' }];
  return [hopOf(said)];
}

/** Empty is as good as not set. */
function valueOf(environment: Environment, name: string): string | null {
  const values = [environment[name.toLowerCase()], environment[name]];
  return values.map((value) => value?.trim() ?? '').find((value) => value !== '') ?? null;
}

function hopOf(said: string): Hop {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(said) ? said : `http://${said}`;
  const [, scheme = '', userInfo, host = '', port] =
    /^([a-z][a-z\d+.-]*):\/\/(?:(.*)@)?(\[[^\]]*\]|[^:/?#@]*)(?::(\d+))?\/?$/i.exec(text) ?? [];
  const kind = KINDS[scheme.toLowerCase()];
  // Without user and password, which may be in it.
  return (
    proxyHop(kind, host, port, signInOf(userInfo)) ?? {
      kind: 'unknown',
      said: scheme === '' ? 'not a URL' : `${scheme}://${host}`,
    }
  );
}

function signInOf(userInfo: string | undefined): { user: string; password: string } | null {
  if (userInfo === undefined || userInfo === '') return null;
  const colon = userInfo.indexOf(':');
  const [user, password] =
    colon < 0 ? [userInfo, ''] : [userInfo.slice(0, colon), userInfo.slice(colon + 1)];
  return { user: decoded(user), password: decoded(password) };
}

/** A bare percent sign is no escape: then it is what it says. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isExcepted({ host, port }: Address, exceptions: string): boolean {
  const name = normalName(host) ?? host;
  return exceptions
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => excepts(entry, name, port));
}

/** A name with everything below it, an address, a subnet, or `*`; each may be for one port. */
function excepts(entry: string, name: string, port: number): boolean {
  if (entry === '*') return true;
  const [net = '', bits] = entry.split('/');
  if (bits !== undefined) return isWithin(name, net, Number(bits));
  const [, typed = entry, ofPort] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
  if (ofPort !== undefined && Number(ofPort) !== port) return false;
  const excepted = normalName(typed.replace(/^\*?\./, ''));
  if (excepted === null) return false;
  return name === excepted || (isIP(excepted) === 0 && name.endsWith(`.${excepted}`));
}

function isWithin(name: string, net: string, bits: number): boolean {
  const version = isIP(net);
  if (version === 0 || isIP(name) !== version) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  if (!Number.isInteger(bits) || bits < 0 || bits > (version === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(net, bits, family);
  return list.check(name, family);
}
