import type { ImapFlowOptions, ImapTransport, Logger } from 'imapflow';
import type { ConnectSettings } from '../../accounts/index.ts';

/**
 * No answer that a watcher asks for comes near this; a mailbox list of ten thousand names is half of
 * it. More is a broken or hostile server that would fill the memory (imapflow's own limit is 1 GiB).
 */
const MAX_ANSWER_BYTES = 1_048_576;
/** Room for the line that announces the largest literal. */
const MAX_RESPONSE_BYTES = MAX_ANSWER_BYTES + 65_536;
/** A token takes about 100 bytes while it is parsed: this many take no more than 10 MB. */
const MAX_RESPONSE_TOKENS = 100_000;

/**
 * How often IDLE is renewed. Servers may drop a client that sent nothing for 30 minutes (RFC 2177
 * says 29), some do after 10.
 */
const RENEW_IDLE_AFTER_MS = 9 * 60_000;

/**
 * A server that says nothing for so long while idling is asked for a sign of life (NOOP), and given
 * up after the same time again. Short enough to keep a NAT from forgetting the connection. A peer
 * that vanished is noticed sooner: imapflow has TCP keep-alive probe it after 5 s.
 */
const QUIET_AFTER_MS = 4 * 60_000;

/** Above every limit of ours, so that it is ours that names the phase: a net beneath them. */
const IMAPFLOW_TIMEOUT_MS = 120_000;

/** What imapflow is told, for one attempt to connect. */
export function imapflowOptions(
  settings: ConnectSettings,
  password: string,
  transport: ImapTransport,
  logger: Logger,
): ImapFlowOptions {
  const isTls = settings.security === 'tls';
  return {
    host: settings.host,
    port: settings.port,
    secure: isTls,
    // Required: without TLS, nothing is sent. The two exclude each other.
    ...(isTls ? {} : { doSTARTTLS: true }),
    ...(settings.servername === null ? {} : { servername: settings.servername }),
    auth: { user: settings.user, pass: password },
    transport,
    logger,
    clientInfo: { name: 'Reprise', version: false, vendor: false, 'support-url': false },
    // Each of these costs a round trip at every connect, and a watcher has no use for it.
    disableAutoEnable: true,
    disableCompression: true,
    // IDLE begins at once after the mailbox was opened, and again when it was interrupted.
    autoIdleDelay: 0,
    maxIdleTime: RENEW_IDLE_AFTER_MS,
    missingIdleCommand: 'NOOP',
    socketTimeout: QUIET_AFTER_MS,
    connectionTimeout: IMAPFLOW_TIMEOUT_MS,
    greetingTimeout: IMAPFLOW_TIMEOUT_MS,
    maxLineLength: MAX_ANSWER_BYTES,
    maxLiteralSize: MAX_ANSWER_BYTES,
    maxResponseSize: MAX_RESPONSE_BYTES,
    maxResponseTokens: MAX_RESPONSE_TOKENS,
  };
}
