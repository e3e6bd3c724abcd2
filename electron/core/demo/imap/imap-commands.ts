import type { CommandKind, ImapSession } from './imap-session.ts';
import { type Argument, quote } from './imap-syntax.ts';
import { DELIMITER, listResponses, statusResponse, UID_VALIDITY } from './mailboxes.ts';

const CREDENTIALS_WRONG = 'NO [AUTHENTICATIONFAILED] Invalid credentials';

/** Every command by its name. */
export const commands: ReadonlyMap<string, CommandKind> = new Map(
  Object.entries<CommandKind>({
    CAPABILITY: { needs: 'nothing', step: 'capability', run: capability },
    NOOP: { needs: 'nothing', run: () => 'OK NOOP done' },
    LOGOUT: { needs: 'nothing', step: 'logout', run: logout },
    ID: { needs: 'nothing', run: id },
    STARTTLS: { needs: 'nothing', step: 'starttls', run: starttls },
    LOGIN: { needs: 'nothing', run: login },
    AUTHENTICATE: { needs: 'nothing', run: authenticate },
    ENABLE: { needs: 'login', run: enable },
    NAMESPACE: { needs: 'login', run: namespace },
    LIST: { needs: 'login', step: 'list', run: list },
    LSUB: { needs: 'login', step: 'list', run: list },
    STATUS: { needs: 'login', run: status },
    SELECT: { needs: 'login', step: 'select', run: select },
    EXAMINE: { needs: 'login', step: 'select', run: select },
    CLOSE: { needs: 'mailbox', run: unselect },
    UNSELECT: { needs: 'mailbox', run: unselect },
    CHECK: { needs: 'mailbox', run: () => 'OK CHECK done' },
    IDLE: { needs: 'mailbox', step: 'idle', run: idle },
  }),
);

function capability(session: ImapSession): string {
  session.untagged(`CAPABILITY ${session.capabilities}`);
  return 'OK CAPABILITY done';
}

function logout(session: ImapSession): string {
  session.untagged('BYE Until next time');
  session.end = 'closed';
  return 'OK LOGOUT done';
}

function id(session: ImapSession): string {
  session.untagged(`ID ("name" ${quote(session.options.software)})`);
  return 'OK ID done';
}

function starttls(session: ImapSession): string {
  if (session.options.layer !== 'plain') {
    return 'BAD STARTTLS is not to be had here';
  }
  // What a client sends along with STARTTLS would be taken for sent under TLS (RFC 3501 §6.2.1).
  if (session.reader.hasMore) {
    session.end = 'closed';
    return 'BAD Nothing may follow STARTTLS before TLS';
  }
  session.end = 'starttls';
  return 'OK Begin TLS now';
}

async function login(
  session: ImapSession,
  [user, password]: readonly Argument[],
): Promise<string | null> {
  if (typeof user !== 'string' || typeof password !== 'string') return 'BAD LOGIN user password';
  return signIn(session, user, password);
}

async function authenticate(
  session: ImapSession,
  [mechanism, initial]: readonly Argument[],
): Promise<string | null> {
  const name = typeof mechanism === 'string' ? mechanism.toUpperCase() : '';
  if (name === 'PLAIN') {
    const response = typeof initial === 'string' ? initial : await challenge(session, '');
    if (response === null) return null;
    const [, user, password] = decode(response).split('\0');
    if (user === undefined || password === undefined) return 'BAD Not a PLAIN response';
    return signIn(session, user, password);
  }
  if (name === 'LOGIN') {
    const user = await challenge(session, 'Username:');
    const password = user === null ? null : await challenge(session, 'Password:');
    if (user === null || password === null) return null;
    return signIn(session, decode(user), decode(password));
  }
  return 'NO Only PLAIN and LOGIN are known';
}

async function challenge(session: ImapSession, prompt: string): Promise<string | null> {
  session.raw(`+ ${Buffer.from(prompt).toString('base64')}\r\n`);
  return session.reader.line();
}

function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** The attempt counts also where an onlooker has another answer to it. */
async function signIn(
  session: ImapSession,
  user: string,
  password: string,
): Promise<string | null> {
  const { options } = session;
  if (options.layer === 'plain') return 'NO [PRIVACYREQUIRED] Start TLS first';
  if (session.authenticated) return 'BAD Already logged in';
  const ok = options.accepts(user, password);
  options.onlooker?.onLogin({ user, ok });
  if (await session.isInstead('login')) return null;
  if (!ok) return CREDENTIALS_WRONG;
  session.authenticated = true;
  return `OK [CAPABILITY ${session.capabilities}] Logged in`;
}

function enable(session: ImapSession): string {
  session.untagged('ENABLED');
  return 'OK ENABLE done';
}

function namespace(session: ImapSession): string {
  session.untagged(`NAMESPACE (("" "${DELIMITER}")) NIL NIL`);
  return 'OK NAMESPACE done';
}

function list(session: ImapSession, args: readonly Argument[], name: string): string {
  const lines = listResponses(args, session.options.mail, name === 'LSUB' ? 'LSUB' : 'LIST');
  if (lines === null) return `BAD ${name} reference pattern`;
  for (const line of lines) session.untagged(line);
  return `OK ${name} done`;
}

function status(session: ImapSession, [name, items]: readonly Argument[]): string {
  if (typeof name !== 'string' || items === undefined) return 'BAD STATUS mailbox (items)';
  const mailbox = session.options.mail.find(name);
  if (mailbox === null) return missing(name);
  const line = statusResponse(mailbox, items);
  if (line === null) return 'BAD There is an unknown STATUS item';
  session.untagged(line);
  return 'OK STATUS done';
}

function select(session: ImapSession, [name]: readonly Argument[], command: string): string {
  if (typeof name !== 'string') return `BAD ${command} mailbox`;
  const mailbox = session.options.mail.find(name);
  session.select(mailbox);
  if (mailbox === null) return missing(name);
  session.untagged(String.raw`FLAGS (\Answered \Flagged \Deleted \Seen \Draft)`);
  session.untagged(`${mailbox.messages} EXISTS`);
  session.untagged('0 RECENT');
  session.untagged('OK [PERMANENTFLAGS ()] No flag can be changed');
  session.untagged(`OK [UIDVALIDITY ${UID_VALIDITY}] UIDs stay`);
  session.untagged(`OK [UIDNEXT ${mailbox.uidNext}] The next UID`);
  return command === 'EXAMINE' ? 'OK [READ-ONLY] Selected' : 'OK [READ-WRITE] Selected';
}

function missing(name: string): string {
  return `NO [NONEXISTENT] There is no mailbox named ${name.replaceAll(/[\r\n]/g, ' ')}`;
}

function unselect(session: ImapSession, _args: readonly Argument[], name: string): string {
  session.select(null);
  return `OK ${name} done`;
}

async function idle(session: ImapSession): Promise<string | null> {
  session.raw('+ idling\r\n');
  session.idling = true;
  try {
    const line = await session.reader.line();
    if (line === null) return null;
    return line.toUpperCase() === 'DONE' ? 'OK IDLE done' : 'BAD DONE was expected';
  } finally {
    session.idling = false;
  }
}
