/** The lab's POP3 (RFC 1939, RFC 2449, RFC 2595): a mailbox in which nothing ever is. */
import { readCredentials, SOFTWARE, type Conversation, type LineProtocol } from './line-session.ts';

export const POP3: LineProtocol = {
  greeting: `+OK ${SOFTWARE} ready`,
  tooLong: '-ERR Line too long',
  answer: async (conversation, verb, rest) => {
    const { layer, say } = conversation;
    switch (verb) {
      case 'CAPA':
        say(capabilities(conversation).join('\r\n'));
        return;
      case 'STLS':
        startTls(conversation);
        return;
      case 'USER':
        say(layer === 'plain' ? '-ERR Start TLS first' : '+OK');
        return;
      case 'PASS':
        if (layer === 'plain') say('-ERR Start TLS first');
        else {
          conversation.hasSignedIn = true;
          say('+OK Signed in');
        }
        return;
      case 'AUTH':
        await signIn(conversation, rest);
        return;
      case 'STAT':
        atMailbox(conversation, '+OK 0 0');
        return;
      case 'LIST':
      case 'UIDL':
        atMailbox(conversation, rest === '' ? '+OK No messages\r\n.' : '-ERR No such message');
        return;
      case 'RETR':
      case 'TOP':
      case 'DELE':
        atMailbox(conversation, '-ERR No such message');
        return;
      case 'LAST':
        atMailbox(conversation, '+OK 0');
        return;
      case 'NOOP':
      case 'RSET':
        atMailbox(conversation, '+OK');
        return;
      case 'QUIT':
        say('+OK Until next time');
        conversation.end = 'closed';
        return;
      default:
        say('-ERR Unknown command');
    }
  },
};

function capabilities({ layer }: Conversation): readonly string[] {
  const offered = layer === 'plain' ? ['STLS'] : ['USER', 'SASL PLAIN LOGIN'];
  return ['+OK Capabilities follow', 'TOP', 'UIDL', 'RESP-CODES', 'PIPELINING', ...offered, '.'];
}

function startTls(conversation: Conversation): void {
  const { layer, hasMore, say } = conversation;
  if (layer !== 'plain') {
    say('-ERR TLS is there already');
  } else if (hasMore) {
    // It would be taken for sent under TLS.
    say('-ERR Nothing may follow STLS before TLS');
    conversation.end = 'closed';
  } else {
    say('+OK Begin TLS now');
    conversation.end = 'starttls';
  }
}

async function signIn(conversation: Conversation, rest: string): Promise<void> {
  const { layer, say } = conversation;
  if (layer === 'plain') {
    say('-ERR Start TLS first');
    return;
  }
  // Without a mechanism a client asks which there are (as fetchmail and Thunderbird do).
  if (rest === '') {
    say('+OK\r\nPLAIN\r\nLOGIN\r\n.');
    return;
  }
  const [mechanism = '', initial = ''] = rest.split(' ');
  const credentials = await readCredentials(
    conversation,
    mechanism.toUpperCase(),
    initial,
    (text) => `+ ${text}`,
  );
  if (credentials === 'taken') {
    conversation.hasSignedIn = true;
    say('+OK Signed in');
  } else if (credentials === 'cancelled') say('-ERR Cancelled');
  else if (credentials === 'unknown') say('-ERR Only PLAIN and LOGIN are known');
}

function atMailbox({ hasSignedIn, say }: Conversation, answer: string): void {
  say(hasSignedIn ? answer : '-ERR Sign in first');
}
