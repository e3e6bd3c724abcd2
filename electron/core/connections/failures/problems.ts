/** What went wrong, in words that a person can act on. Pure: an error and where it happened. */
import type { Problem } from '../../../../shared/model.ts';
import { certificateProblem } from './certificate-problems.ts';
import { unreadableTrustSentence } from '../../accounts/trusted.ts';
import { UNREADABLE_TRUST } from '../../tls/index.ts';
import { errorFacts, type ErrorFacts } from './connect-error.ts';
import { imapRecognisers } from './imap-problems.ts';
import { networkRecognisers, timeout } from './network-problems.ts';
import {
  DOING,
  serverAddress,
  type Found,
  type ProblemContext,
  type Recogniser,
} from './problem-context.ts';

/** The order matters: what is known best comes first. */
const RECOGNISERS: readonly Recogniser[] = [
  secret,
  unreadableTrust,
  strangeServer,
  timeout,
  (error, context) => certificateProblem(error.code, context),
  ...imapRecognisers,
  ...networkRecognisers,
];

/**
 * Names the problem. The message never repeats the error's own text, except for errors that nobody
 * foresaw; the server's words stand apart, in `serverLine`.
 */
export function describeProblem(thrown: unknown, context: ProblemContext): Problem {
  const error = errorFacts(thrown);
  for (const recognise of RECOGNISERS) {
    const found = recognise(error, context);
    if (found !== null) return { serverLine: error.serverLine, ...found };
  }
  return {
    code: 'internal',
    message: `Something unexpected happened while ${DOING[context.phase]}: ${error.message}`,
    serverLine: error.serverLine,
  };
}

function secret({ code }: ErrorFacts): Found | null {
  if (code === 'SECRET_MISSING') {
    return {
      code: 'secret-missing',
      message:
        'No password is stored for this account on this server. Edit the account and enter it.',
    };
  }
  if (code !== 'SECRET_UNREADABLE') return null;
  return {
    code: 'secret-missing',
    message:
      'The stored password could not be read. Unlock the key store of this computer and ' +
      'reconnect, or edit the account and enter the password again.',
  };
}

function unreadableTrust({ code }: ErrorFacts, { pin }: ProblemContext): Found | null {
  if (code !== UNREADABLE_TRUST) return null;
  return {
    code: 'trust-unreadable',
    message: unreadableTrustSentence(pin === null ? 'ca' : 'pin'),
  };
}

function strangeServer(_error: ErrorFacts, context: ProblemContext): Found | null {
  if (context.strangeLine === null) return null;
  return {
    code: 'not-imap',
    message:
      `${serverAddress(context)} answers, but it is not an IMAP server. ` +
      'Check the port: IMAP uses 993 with TLS and 143 with STARTTLS.',
    serverLine: context.strangeLine,
  };
}
