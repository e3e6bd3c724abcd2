/** What goes wrong with a server, or something else, once it answers. */
import {
  CLOSED_CODES,
  DOING,
  serverAddress as at,
  type Found,
  type ProblemContext,
  type Recogniser,
} from './problem-context.ts';
import type { ErrorFacts } from './connect-error.ts';

/** In the order in which they are to be asked. */
export const imapRecognisers: readonly Recogniser[] = [signIn, mailbox, bye, refusal, notImap];

/** Response codes that speak of the server's state and not of the password (RFC 5530 §3). */
const TRANSIENT_CODES = new Set(['UNAVAILABLE', 'INUSE', 'LIMIT', 'SERVERBUG', 'THROTTLED']);

/** How servers without response codes say the same. */
const TRANSIENT_TEXT =
  /temporar|try again|too many|throttl|maximum number of connections|service (?:is )?unavailable/i;

/** imapflow's own words for it; it has no code there. */
const NO_PASSWORD_SIGN_IN =
  /^(?:Login is disabled|No matching authentication method|Unsupported authentication mechanism)$/;

/** How servers say that it is this client, or this account, that has too many connections. */
const LIMIT_TEXT =
  /\[LIMIT\]|too many (?:simultaneous |concurrent )?(?:connections|sessions)|maximum number of connections/i;

function isTransient(error: ErrorFacts): boolean {
  if (error.code === 'ETHROTTLE' || TRANSIENT_CODES.has(error.responseCode)) return true;
  // A code of another kind is the better witness.
  return error.responseCode === '' && TRANSIENT_TEXT.test(error.serverLine ?? '');
}

function signIn(error: ErrorFacts, context: ProblemContext): Found | null {
  if (NO_PASSWORD_SIGN_IN.test(error.message))
    return {
      code: 'sign-in',
      message:
        `${context.host} offers no sign-in by password on this port. ` +
        'Check with your provider: some allow it only after you turn it on.',
    };
  if (!error.authenticationFailed) return null;
  if (isTransient(error)) return notNow(error, context);
  return {
    code: 'sign-in',
    message:
      `${context.host} did not accept the user name or password. Check both; ` +
      'many providers want an app password here. Reprise will not try again by itself.',
  };
}

function mailbox(error: ErrorFacts, context: ProblemContext): Found | null {
  if (context.phase !== 'select') return null;
  if (error.mailboxMissing || error.responseCode === 'NONEXISTENT')
    return {
      code: 'mailbox-missing',
      message:
        `There is no mailbox "${context.mailbox}" on ${context.host}. ` +
        'Check its name, with every folder above it, or stop watching it.',
    };
  if (error.responseCode !== 'NOPERM') return null;
  return {
    code: 'mailbox-missing',
    message: `This account may not open the mailbox "${context.mailbox}". Stop watching it, or ask for access.`,
  };
}

function bye({ code }: ErrorFacts, context: ProblemContext): Found | null {
  const { byeLine } = context;
  if (byeLine === null || !CLOSED_CODES.has(code)) return null;
  const responseCode = /^BYE \[([A-Z]+)/i.exec(byeLine)?.[1]?.toUpperCase() ?? '';
  const found: Found =
    TRANSIENT_CODES.has(responseCode) || TRANSIENT_TEXT.test(byeLine)
      ? unavailable(context, byeLine)
      : {
          code: 'server-closed',
          message: `${context.host} ended the connection while ${DOING[context.phase]}.`,
        };
  return { ...found, serverLine: byeLine };
}

/** A tagged NO or BAD that is neither about the sign-in nor about a missing mailbox. */
function refusal(error: ErrorFacts, context: ProblemContext): Found | null {
  return error.code === 'ETHROTTLE' || error.serverLine !== null ? notNow(error, context) : null;
}

function notNow({ code, responseCode, serverLine }: ErrorFacts, context: ProblemContext): Found {
  const isThrottled = code === 'ETHROTTLE' || responseCode === 'THROTTLED';
  return isThrottled ? throttled(context) : unavailable(context, serverLine);
}

/** @param said what the server said, which may tell what is in the way */
function unavailable(context: ProblemContext, said: string | null): Found {
  const { host, phase } = context;
  if (said !== null && LIMIT_TEXT.test(said))
    return {
      code: 'server-unavailable',
      message:
        `${host} allows no more connections for now (${DOING[phase]}). Close other mail programs ` +
        'that use this account, or watch fewer mailboxes. Reprise tries again by itself.',
    };
  return {
    code: 'server-unavailable',
    message:
      `${host} cannot serve this just now (${DOING[phase]}). Reprise tries again by itself; if ` +
      'this lasts, ask whoever runs the server.',
  };
}

function throttled({ host }: ProblemContext): Found {
  return {
    code: 'server-unavailable',
    message:
      `${host} asks to be left alone for a while: this account has done too much in a short time. ` +
      'Reprise waits as long as it asks, and tries again by itself.',
  };
}

const NOT_IMAP_CODES = new Set([
  'NOT_IMAP',
  'LineTooLarge',
  'LiteralTooLarge',
  'ResponseTooLarge',
  'TooManyTokens',
  'TooManyResponses',
  'MAX_IMAP_NESTING_REACHED',
  'UnexpectedTag',
  'MissingTag',
  'InvalidResponse',
  'ResponseProcessingFailed',
]);

function notImap({ code }: ErrorFacts, context: ProblemContext): Found | null {
  if (!NOT_IMAP_CODES.has(code) && !code.startsWith('ParserError')) return null;
  return {
    code: 'not-imap',
    message:
      `${at(context)} sent something that is not IMAP, or far larger than IMAP needs, ` +
      `while ${DOING[context.phase]}. Check the server name and port.`,
  };
}
