/** The lab's SMTP submission (RFC 5321, RFC 6409): takes every message, and drops it. */
import { readCredentials, SOFTWARE, type Conversation, type LineProtocol } from './line-session.ts';

/** Above it a message is not taken; the client is told so beforehand (RFC 1870). */
const MAX_MESSAGE_BYTES = 1024 * 1024;

export const SMTP: LineProtocol = {
  greeting: `220 localhost ESMTP ${SOFTWARE}`,
  tooLong: '500 5.5.2 Line too long',
  answer: async (conversation, verb, rest) => {
    const { layer, say } = conversation;
    switch (verb) {
      case 'EHLO':
        say(extensions(conversation).join('\r\n'));
        return;
      case 'HELO':
        say('250 localhost');
        return;
      case 'STARTTLS':
        startTls(conversation);
        return;
      case 'AUTH':
        await signIn(conversation, rest);
        return;
      case 'MAIL':
      case 'RCPT':
        if (layer === 'plain') say('530 5.7.0 Start TLS first');
        else if (conversation.hasSignedIn) say('250 2.1.0 Taken');
        else say('530 5.7.0 Sign in first');
        return;
      case 'DATA':
        await takeMessage(conversation);
        return;
      case 'RSET':
      case 'NOOP':
        say('250 2.0.0 Done');
        return;
      case 'VRFY':
        say('252 2.1.5 Nobody is looked up here');
        return;
      case 'QUIT':
        say('221 2.0.0 Until next time');
        conversation.end = 'closed';
        return;
      default:
        say('502 5.5.1 Unknown command');
    }
  },
};

function extensions({ layer }: Conversation): readonly string[] {
  const offered = layer === 'plain' ? ['STARTTLS'] : ['AUTH PLAIN LOGIN'];
  const names = ['localhost', 'PIPELINING', `SIZE ${MAX_MESSAGE_BYTES}`, '8BITMIME', ...offered];
  return [...names.map((name) => `250-${name}`), '250 ENHANCEDSTATUSCODES'];
}

function startTls(conversation: Conversation): void {
  const { layer, hasMore, say } = conversation;
  if (layer !== 'plain') {
    say('503 5.5.1 TLS is there already');
  } else if (hasMore) {
    // It would be taken for sent under TLS (RFC 3207 §4.2).
    say('501 5.5.4 Nothing may follow STARTTLS before TLS');
    conversation.end = 'closed';
  } else {
    say('220 2.0.0 Begin TLS now');
    conversation.end = 'starttls';
  }
}

async function signIn(conversation: Conversation, rest: string): Promise<void> {
  const { layer, say } = conversation;
  if (layer === 'plain') {
    say('538 5.7.11 Start TLS first');
    return;
  }
  if (conversation.hasSignedIn) {
    say('503 5.5.1 Signed in already');
    return;
  }
  const [mechanism = '', initial = ''] = rest.split(' ');
  const credentials = await readCredentials(
    conversation,
    mechanism.toUpperCase(),
    initial,
    (text) => `334 ${text}`,
  );
  if (credentials === 'taken') {
    conversation.hasSignedIn = true;
    say('235 2.7.0 Signed in');
  } else if (credentials === 'cancelled') say('501 5.7.0 Cancelled');
  else if (credentials === 'unknown') say('504 5.5.4 Only PLAIN and LOGIN are known');
}

async function takeMessage(conversation: Conversation): Promise<void> {
  const { hasSignedIn, line, say } = conversation;
  if (!hasSignedIn) {
    say('503 5.5.1 MAIL comes first');
    return;
  }
  say('354 Go on, and end with a dot');
  let bytes = 0;
  for (;;) {
    const text = await line();
    if (text === null) return;
    if (text === '.') break;
    bytes += text.length + 2;
    if (bytes > MAX_MESSAGE_BYTES) {
      say('552 5.3.4 Too long');
      conversation.end = 'closed';
      return;
    }
  }
  say('250 2.0.0 Taken, and dropped: this is a lab');
}
