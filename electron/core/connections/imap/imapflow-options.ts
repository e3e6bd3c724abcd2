/** What imapflow is told, and every limit on a connection in time. */
import type { ImapFlowOptions, ImapTransport, Logger } from 'imapflow';
import type { Phase } from '../../../../shared/model.ts';
import type { ConnectSettings } from '../../accounts/index.ts';
import { PROXY_LIMIT_MS } from '../../proxy/index.ts';
import type { Credentials } from '../credentials.ts';
import { MAX_RESPONSE } from './inbound-budget.ts';

/**
 * How long each phase of a connect may take, in ms.
 *
 * Generous for a working server over a bad line, short enough that a hanging one is named within
 * half a minute. imapflow's own limits lie above these and are a net beneath them only.
 */
export const PHASE_LIMITS: Readonly<Record<Phase, number>> = {
  // The way through each proxy is bounded by `proxy/dial.ts`, in sentences of its own.
  proxy: PROXY_LIMIT_MS + 5_000,
  // A resolver gives up on one name server after 5 s and asks the next.
  dns: 12_000,
  // Three SYNs: at 0, 1 and 3 s, and time for the last one's answer.
  tcp: 10_000,
  // Greeting, CAPABILITY and STARTTLS; some servers look up the client's name first.
  starttls: 20_000,
  // The session cache waits for two seconds at most, or three among accounts that share.
  wait: 5_000,
  // Less than the fixed 10 s of imapflow for an upgrade: it knows nothing of a session offered in it.
  tls: 9_000,
  // Servers that look up the client's name in a slow DNS take up to 15 s.
  greeting: 20_000,
  // Dovecot and others delay the answer to a wrong password, by up to 15 s.
  login: 30_000,
  // A large mailbox that is not in the server's cache.
  select: 30_000,
};

/** imapflow's own limits, of 1 GiB, are a net beneath what comes through at all. */
const MAX_RESPONSE_BYTES = 2 * MAX_RESPONSE.bytes;

/** Above every limit of ours, so that it is ours that names the phase. */
const IMAPFLOW_TIMEOUT_MS = 120_000;

/** The same for an open mailbox: imapflow's own sign of life comes after that of `mailbox-watch.ts`. */
const IMAPFLOW_QUIET_MS = 15 * 60_000;

/** With a user to sign in. */
export type SignInOptions = ImapFlowOptions & {
  readonly auth: NonNullable<ImapFlowOptions['auth']>;
};

/** What imapflow is told, for one attempt to connect. */
export function imapflowOptions(
  settings: Omit<ConnectSettings, 'proxy' | 'signIn'>,
  credentials: Credentials,
  transport: ImapTransport,
  logger: Logger,
): SignInOptions {
  const isTls = settings.security === 'tls';
  return {
    host: settings.host,
    port: settings.port,
    secure: isTls,
    // Required: without TLS, nothing is sent. The two exclude each other.
    ...(isTls ? {} : { doSTARTTLS: true }),
    ...(settings.servername === null ? {} : { servername: settings.servername }),
    auth: {
      user: settings.user,
      ...(credentials.kind === 'password'
        ? { pass: credentials.password }
        : { accessToken: credentials.token }),
    },
    transport,
    logger,
    clientInfo: { name: 'Reprise', version: false, vendor: false, 'support-url': false },
    // Each of these costs a round trip at every connect, and a watcher has no use for it.
    disableAutoEnable: true,
    disableCompression: true,
    // `mailbox-watch.ts` begins and ends it.
    disableAutoIdle: true,
    socketTimeout: IMAPFLOW_QUIET_MS,
    connectionTimeout: IMAPFLOW_TIMEOUT_MS,
    greetingTimeout: IMAPFLOW_TIMEOUT_MS,
    maxLineLength: MAX_RESPONSE_BYTES,
    maxLiteralSize: MAX_RESPONSE_BYTES,
    maxResponseSize: MAX_RESPONSE_BYTES,
    maxResponseTokens: 2 * MAX_RESPONSE.atoms,
  };
}
