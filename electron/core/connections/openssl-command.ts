/** A command line for `openssl s_client` that does what a connection did. Pure. */
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { OutcomeKind, TlsProtocol } from '../../../shared/model.ts';
import { RepriseError } from '../../../shared/errors.ts';
import { isPlace, type ProxyChoice } from '../../../shared/proxy.ts';
import { serverAddress } from '../../../shared/server-names.ts';
import type { ConnectSettings } from '../accounts/index.ts';
import { authorities, normalName, withoutZone } from '../tls/index.ts';

const PROTOCOL_FLAGS: Readonly<Record<TlsProtocol, string>> = {
  'TLSv1.2': '-tls1_2',
  'TLSv1.3': '-tls1_3',
};

/** What is to be reproduced. */
export interface Reproduction {
  readonly settings: Omit<ConnectSettings, 'proxy' | 'signIn'>;
  /** That it went through; none where it is left out. */
  readonly proxy?: ProxyChoice;
  readonly outcome: OutcomeKind;
  /** That was negotiated; `null` where the handshake did not come so far. */
  readonly protocol: TlsProtocol | null;
}

/**
 * Lines to paste into a POSIX shell with OpenSSL 3. They print `Reused, …` where the handshake was
 * resumed, `New, …` where it was a full one, and OpenSSL's own words where it failed. A session is
 * offered exactly where the connection offered one, though not the same one, which is a secret: a
 * server that has changed its ticket keys since refused the old one and resumes the new. It lies in a
 * folder that is removed at the end. Nothing of the account but its server is in the lines.
 *
 * @throws RepriseError for a proxy that openssl does not know
 * @throws what Node's X.509 parser says where the account's CA file holds no certificate
 */
export function opensslCommand({ settings, proxy, outcome, protocol }: Reproduction): string {
  const { trust } = settings;
  const offers = outcome === 'resumed' || outcome === 'refused';
  const lines = ['(d=$(mktemp -d) && trap \'rm -rf "$d"\' EXIT'];
  if (trust.kind !== 'system') {
    // Parsed and written anew: a CA file may hold more than certificates, and lines of its own.
    const certificates = authorities(trust).map((pem) => new X509Certificate(pem).toString());
    lines.push(`cat >"$d/ca.pem" <<'END'`, ...certificates.map((pem) => pem.trim()), 'END');
  }
  if (proxy !== undefined && isPlace(proxy) && proxy.user !== '')
    lines.push('# Put the password of the proxy into the environment first, as PROXY_PASSWORD.');
  // The server ends the connection after LOGOUT, once everything was read: no ticket is missed.
  lines.push(
    `c() { printf 'a LOGOUT\\r\\n' | openssl s_client -ign_eof ${throughProxy(proxy)}${flags(settings, protocol)} "$@" 2>&1; }`,
  );
  if (offers) lines.push('c -sess_out "$d/session.pem" >/dev/null');
  const last = offers ? 'c -sess_in "$d/session.pem"' : 'c';
  lines.push(`${last} | grep -Ei '^(new|reused), |error')`);
  return `${lines.join('\n')}\n`;
}

/** @throws RepriseError for a proxy that openssl does not know: it would go straight to the server */
function throughProxy(proxy: ProxyChoice = { kind: 'none' }): string {
  if (proxy.kind === 'none') return '';
  if (proxy.kind !== 'http') {
    throw new RepriseError(
      'invalid-input',
      'This connection goes through a proxy that the openssl program does not know: its command would go straight to the server. There is none to copy.',
    );
  }
  const host = wireForm(proxy.host);
  const signIn =
    proxy.user === '' ? '' : `-proxy_user ${quote(proxy.user)} -proxy_pass env:PROXY_PASSWORD `;
  return `-proxy ${quote(serverAddress({ host, port: proxy.port }))} ${signIn}`;
}

function flags(settings: Reproduction['settings'], protocol: TlsProtocol | null): string {
  const { port, security, trust } = settings;
  const host = wireForm(settings.host);
  const name = withoutZone(wireForm(settings.servername ?? settings.host));
  const isAddress = isIP(name) !== 0;
  return [
    `-connect ${quote(serverAddress({ host, port }))}`,
    isAddress ? '-noservername' : `-servername ${quote(name)}`,
    ...(security === 'starttls' ? ['-starttls imap'] : []),
    protocol === null ? '-min_protocol TLSv1.2' : PROTOCOL_FLAGS[protocol],
    ...(trust.kind === 'system' ? [] : ['-CAfile "$d/ca.pem" -no-CApath -no-CAstore']),
    // A pinned certificate is trusted for whatever name, and mostly is no authority.
    trust.kind === 'pin'
      ? '-partial_chain -verify_return_error'
      : `-verify_return_error ${isAddress ? '-verify_ip' : '-verify_hostname'} ${quote(name)}`,
  ].join(' ');
}

/** OpenSSL takes a name as it stands there. */
function wireForm(typed: string): string {
  return normalName(typed) ?? typed;
}

/** Whatever it holds, the shell takes it for one word. */
function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
