/** What a PAC file, or Electron for the system, answers for one server. Pure. */
import { normalName } from '../tls/index.ts';
import type { Hop, ProxyKind } from './way.ts';

/**
 * By their names in an answer. `SOCKS` is the older word, and what speaks SOCKS4 alone is long gone; it
 * could not be told names either.
 */
const KINDS: Readonly<Partial<Record<string, ProxyKind>>> = {
  PROXY: 'http',
  HTTP: 'http',
  SOCKS: 'socks5',
  SOCKS5: 'socks5',
};

const PORTS: Readonly<Record<ProxyKind, number>> = { http: 80, socks5: 1080 };

/** More are not tried: each may take its time. */
const MOST = 8;

/**
 * Reads an answer such as `PROXY a.example:8080; SOCKS5 b.example:1080; DIRECT`: ways, in their order.
 * What is not understood is a way that leads nowhere; an answer without any leads nowhere at all.
 */
export function hopsOfPac(answer: string): readonly Hop[] {
  return answer
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .slice(0, MOST)
    .map(hopOf);
}

function hopOf(part: string): Hop {
  if (/^DIRECT$/i.test(part)) return { kind: 'straight' };
  const [, word = '', host = '', port] =
    /^(\w+)\s+(\[[^\]]*\]|[^\s:]+)(?::(\d+))?$/.exec(part) ?? [];
  return proxyHop(KINDS[word.toUpperCase()], host, port, null) ?? { kind: 'unknown', said: part };
}

/** A proxy of the system; `null` where that is none. */
export function proxyHop(
  kind: ProxyKind | undefined,
  typed: string,
  typedPort: string | undefined,
  signIn: { readonly user: string; readonly password: string } | null,
): Hop | null {
  const host = normalName(typed);
  if (kind === undefined || host === null) return null;
  const port = typedPort === undefined || typedPort === '' ? PORTS[kind] : Number(typedPort);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  return { kind, host, port, signIn };
}
