/** CONNECT (RFC 9110 section 9.3.6) over a connection to the proxy, by `node:http`. */
import { request, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { serverAddress } from '../../../shared/server-names.ts';
import type { Address } from '../tls/index.ts';
import { ProxyError, type ProxyFacts, type ProxyTrouble } from './proxy-error.ts';
import type { Proxy, ProxySignIn } from './way.ts';

/** A proxy whose header never ends is none. */
const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Has the proxy connect to `to`, whose name goes to it as it is. What the server said with the proxy's
 * answer stays to be read.
 *
 * @throws ProxyError
 */
export async function connectOverHttp(
  raw: Socket,
  { signIn }: Proxy,
  to: Address,
  facts: ProxyFacts,
): Promise<void> {
  const { answer, head } = await answerOf(raw, to, signIn, facts);
  const status = answer.statusCode ?? 0;
  const trouble = troubleOf(status, answer, head, signIn);
  if (trouble !== null) {
    const said = trouble === 'sign-in-unknown' ? schemesOf(answer).join(', ') : undefined;
    throw new ProxyError(trouble, { ...facts, status, ...(said === undefined ? {} : { said }) });
  }
  if (head.length > 0) raw.unshift(head);
}

interface Answered {
  readonly answer: IncomingMessage;
  /** What came behind the header: of the server already, or of a page. */
  readonly head: Buffer;
}

function answerOf(
  raw: Socket,
  to: Address,
  signIn: ProxySignIn | null,
  facts: ProxyFacts,
): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const asked = request({
    method: 'CONNECT',
    path: serverAddress(to),
    headers: { host: serverAddress(to), ...(signIn === null ? {} : basic(signIn)) },
    createConnection: () => raw,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  asked.on('connect', (answer, _socket, head: Buffer) => {
    resolve({ answer, head });
  });
  asked.on('error', (error) => {
    // What is no HTTP has a code of the parser's. No cause: the header that was sent hangs on it.
    const isNoHttp = 'code' in error && String(error.code).startsWith('HPE_');
    reject(new ProxyError(isNoHttp ? 'not-a-proxy' : 'closed', facts));
  });
  asked.end();
  return promise;
}

/** RFC 7617; in UTF-8, as everywhere today. */
function basic({ user, password }: ProxySignIn): { 'proxy-authorization': string } {
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  return { 'proxy-authorization': `Basic ${credentials}` };
}

const TROUBLES: Readonly<Partial<Record<number, ProxyTrouble>>> = {
  403: 'forbidden',
  // A web server, or a proxy without CONNECT.
  405: 'no-connect',
  501: 'no-connect',
  // What tinyproxy says wherever it cannot connect.
  500: 'bad-gateway',
  502: 'bad-gateway',
  503: 'bad-gateway',
  504: 'gateway-timeout',
  // RFC 6585: the network wants people to sign in on a page.
  511: 'page',
};

function troubleOf(
  status: number,
  answer: IncomingMessage,
  head: Buffer,
  signIn: ProxySignIn | null,
): ProxyTrouble | null {
  if (status >= 200 && status < 300) return isPage(answer, head) ? 'page' : null;
  if (status >= 300 && status < 400) return 'page';
  // 401 is a web server's; tinyproxy 1.11 says it to a wrong password.
  if (status !== 407 && status !== 401) return TROUBLES[status] ?? 'status';
  const schemes = schemesOf(answer);
  if (schemes.length > 0 && !schemes.includes('Basic')) return 'sign-in-unknown';
  return signIn === null ? 'sign-in-wanted' : 'sign-in-refused';
}

/** A portal that says 200 to everything; no server of mail begins so, nor does TLS. */
function isPage({ headers }: IncomingMessage, head: Buffer): boolean {
  if (/^\s*</.test(head.toString('latin1'))) return true;
  const isHtml = /^text\/html\b/i.test(headers['content-type'] ?? '');
  const hasBody =
    Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  return isHtml && hasBody;
}

/** Those that are known by name, so that nothing else of the proxy's gets into a sentence. */
const SCHEMES = ['Basic', 'Digest', 'NTLM', 'Negotiate', 'Kerberos', 'Bearer'] as const;

function schemesOf({ headers }: IncomingMessage): string[] {
  const said = headers['proxy-authenticate'] ?? '';
  if (said === '') return [];
  const known = SCHEMES.filter((scheme) => new RegExp(`(?:^|,)\\s*${scheme}\\b`, 'i').test(said));
  return known.length > 0 ? known : ['another way'];
}
