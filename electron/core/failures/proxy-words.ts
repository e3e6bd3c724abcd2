/** Why the way through a proxy did not come about, in words that a person can act on. Pure. */
import type { ProxyError, ProxyFacts, ProxyTrouble } from '../proxy/index.ts';
import { serverAddress } from '../../../shared/server-names.ts';

type Describe = (facts: ProxyFacts, proxy: string, server: string) => string;

const CHECK_PROXY = 'Check the proxy’s name and port in the settings of Reprise or of the account.';

const WORDS: Readonly<Record<ProxyTrouble, Describe>> = {
  'name-unknown': (_facts, proxy) =>
    `The name of the proxy ${proxy} is not found. Check it for a typing error, and the network connection.`,
  refused: (_facts, proxy) =>
    `Nothing takes connections at ${proxy}, where the proxy should be. ${CHECK_PROXY} If they are right, it does not run.`,
  unreachable: (_facts, proxy) =>
    `The proxy ${proxy} cannot be reached. Check the network connection and any firewall or VPN.`,
  timeout: ({ limitMs }, proxy, server) =>
    `The proxy ${proxy} did not connect to ${server}${within(limitMs)}. It may be overloaded, or that server does not answer it.`,
  silent: ({ limitMs }, proxy) =>
    `What answers at ${proxy} said nothing to SOCKS5${within(limitMs)}. Check its port, and which kind of proxy it is.`,
  closed: (_facts, proxy, server) =>
    `The proxy ${proxy} closed the connection instead of connecting to ${server}. It may be a proxy of another kind, or turn this computer away.`,
  'not-a-proxy': ({ proxy: which }, proxy) =>
    `What answers at ${proxy} is no ${which?.kind === 'http' ? 'HTTP' : 'SOCKS5'} proxy. Check its port, and which kind of proxy it is.`,
  page: (_facts, proxy) =>
    `The proxy ${proxy} answered with a web page instead of a connection. The network may want you to sign in with a browser first.`,
  'sign-in-wanted': (_facts, proxy) =>
    `The proxy ${proxy} wants a user name and password. Enter them with the proxy, in the settings of Reprise or of the account.`,
  'sign-in-refused': (_facts, proxy) =>
    `The proxy ${proxy} did not accept its user name or password. Check both, in the settings of Reprise or of the account. Reprise will not try again by itself.`,
  'sign-in-unknown': ({ said }, proxy) =>
    `The proxy ${proxy} takes no sign-in by user name and password${said === undefined ? '' : `, but by ${said}`}, which Reprise does not have. Ask whoever runs it for another way in.`,
  forbidden: ({ proxy: which, to }, proxy, server) =>
    `The proxy ${proxy} does not allow connections to ${server}. ${
      which?.kind === 'http'
        ? `Proxies often allow port 443 only: ask whoever runs it to allow port ${String(to.port)}.`
        : 'Ask whoever runs it to allow them.'
    }`,
  failed: (_facts, proxy, server) =>
    `The proxy ${proxy} could not connect to ${server}, and does not say why. Check the server’s name and port; the proxy’s log may say more.`,
  'no-network': (_facts, proxy, server) =>
    `The proxy ${proxy} has no way to the network of ${server}.`,
  'no-host': (_facts, proxy, server) =>
    `The proxy ${proxy} cannot reach ${server}. Check the server’s name for a typing error.`,
  'bad-gateway': ({ status }, proxy, server) =>
    `The proxy ${proxy} could not connect to ${server} (${String(status)}). Check the server’s name and port; if they are right, it is down, or the proxy cannot look up its name.`,
  'server-refused': (_facts, proxy, server) =>
    `${server} refuses connections from the proxy ${proxy}. Check the port; if it is right, the server is down.`,
  'server-timeout': (_facts, proxy, server) =>
    `${server} is too far away for the proxy ${proxy}: what it sent was lost on the way (TTL expired).`,
  'gateway-timeout': (_facts, proxy, server) =>
    `The proxy ${proxy} got no answer from ${server} in time (504). Check the server’s name and port.`,
  'no-connect': (_facts, proxy) =>
    `The proxy ${proxy} does not make connections for mail programs: it knows no CONNECT. Ask whoever runs it, or take another one.`,
  'no-address-type': (_facts, proxy, server) =>
    `The proxy ${proxy} does not take addresses like ${server}. Enter the server by its name, or take another proxy.`,
  status: ({ status }, proxy, server) =>
    `The proxy ${proxy} refused to connect to ${server} (HTTP ${String(status)}). Whoever runs it can say why.`,
  settings: ({ limitMs }) =>
    `The proxy settings of this system could not be read${within(limitMs)}, so nothing was connected. Check them, or choose the proxy in Reprise itself.`,
  'unknown-kind': ({ said }) =>
    `The proxy settings of this system name a proxy that Reprise does not speak to (${said ?? ''}). It takes SOCKS5 and HTTP proxies: enter one in Reprise itself.`,
  'password-missing': (_facts, proxy) =>
    `No password is stored for the proxy ${proxy}. Enter it again, in the settings of Reprise or of the account.`,
};

/** What happened, and what to do. Nothing in it is secret. */
export function proxySentence({ trouble, facts }: ProxyError): string {
  const { proxy, to } = facts;
  return WORDS[trouble](facts, proxy === null ? '' : serverAddress(proxy), serverAddress(to));
}

function within(limitMs: number | undefined): string {
  return limitMs === undefined ? '' : ` within ${String(limitMs / 1000)} s`;
}
