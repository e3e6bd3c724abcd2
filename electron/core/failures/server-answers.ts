/**
 * What servers answer, and what it means: one table of response codes, one of the words that stand in
 * for them. A code decides before any text (RFC 5530, RFC 9051 §7.1); `[ALERT]` and unknown ones
 * decide nothing. Pure. Each pattern was seen in a public bug report of a mail client or in a server's
 * source; the test beside this file has the lines.
 */

/** What an answer says. */
export type AnswerKind =
  /** Of the server: it may well pass. */
  | 'busy'
  | 'over-limit'
  | 'throttled'
  /** Of what is behind the sign-in: it may pass, or never. */
  | 'not-connected'
  /** Of the account: a person has to do something. */
  | 'sign-in-refused'
  | 'too-many-refusals'
  | 'password-expired'
  | 'app-password'
  | 'web-login'
  | 'imap-off'
  | 'passwords-off'
  | 'account-blocked'
  | 'not-authorized'
  | 'contact-admin'
  | 'privacy-required'
  /** Of the way in which it was asked. */
  | 'method-unsupported'
  | 'not-understood';

/** Codes that decide. */
const CODES: Readonly<Record<string, AnswerKind>> = {
  AUTHENTICATIONFAILED: 'sign-in-refused',
  AUTHORIZATIONFAILED: 'not-authorized',
  EXPIRED: 'password-expired',
  PRIVACYREQUIRED: 'privacy-required',
  CONTACTADMIN: 'contact-admin',
  NOPERM: 'not-authorized',
  CANNOT: 'method-unsupported',
  // Gmail's, with an address to open in a browser.
  WEBALERT: 'web-login',
  UNAVAILABLE: 'busy',
  INUSE: 'busy',
  SERVERBUG: 'busy',
  CORRUPTION: 'busy',
  LIMIT: 'over-limit',
  OVERQUOTA: 'throttled',
  THROTTLED: 'throttled',
};

/** Too many connections, of this client or this account. */
const OVER_LIMIT =
  /too many (?:[\w-]+ ){0,3}(?:connections?|sessions|clients|log-?ins|logged)|logged in too many times|max(?:imum)?\.? (?:number of )?(?:[\w-]+ ){0,2}(?:connections?|sessions?|log-?ins)|(?:connections?|sessions?|log-?in) (?:limit|quota)|(?:connections|sessions) exceeded|exceed\w* .{0,30}(?:connections|sessions)/i;

/** Too much in a short time. */
const THROTTLED =
  /throttl|rate.?limit|limit\w* exceeded|exceeded .{0,40}(?:limits?|quota)|too (?:many|much) (?:requests|commands|traffic|bandwidth)|too (?:fast|often|frequent)|frequency .{0,10}limit|slow down|backoff/i;

/** What stands for a code, in the order in which it is asked; what a word may also mean comes later. */
const TEXTS: readonly (readonly [RegExp, AnswerKind])[] = [
  [/authenticated but not connected/i, 'not-connected'],
  [
    /too many (?:\w+ )*(?:failed|failures|invalid|bad|unsuccessful|incorrect|wrong)\b|too many (?:\w+ )?(?:login|auth\w*|password|sign-?in) (?:attempts|tries|errors)/i,
    'too-many-refusals',
  ],
  [
    /app(?:lication)?[- ]?(?:specific[- ])?password|authori[sz](?:ation|ed) code|\u6388\u6743\u7801/i,
    'app-password',
  ],
  [
    /web ?log-?in|log ?in .{0,40}browser|via (?:your|a) (?:web )?browser|verify your (?:account|identity)|unsafe log-?in|suspicious|less secure app/i,
    'web-login',
  ],
  [
    /\bimap\w*\b.{0,40}\b(?:disabled|deactivated|not (?:been )?(?:enabled|activated|allowed|permitted)|not available (?:for|to) (?:you|this)|denied|(?:turned|switched) off|blocked|deaktiviert|nicht (?:aktiviert|freigeschaltet|erlaubt))|(?:disabled|not (?:been )?(?:enabled|activated|allowed|permitted)|not have|yet to enable|enable|deactivated)\b.{0,30}\bimap/i,
    'imap-off',
  ],
  [
    /basic ?auth\w*\W{0,3}(?:is |has been |was )?(?:disabled|blocked)|password (?:auth\w*|log-?ins?) (?:is |are |has been )?(?:disabled|not|no longer)|(?:use|requires?) (?:x?oauth|modern auth)|oauth\w* (?:is )?required/i,
    'passwords-off',
  ],
  [
    /(?:plain ?text|clear ?text).{0,30}(?:disallowed|disabled|not (?:allowed|permitted))|(?:tls|ssl|encryption|secure connection) (?:is )?required|requires? (?:tls|ssl|encryption)|start ?tls first/i,
    'privacy-required',
  ],
  [
    /\b(?:account|user)\b.{0,40}\b(?:locked|suspended|blocked|disabled|deactivated|inactive|not active|frozen|banned|gesperrt)\b|(?:locked|suspended|blocked|disabled) account/i,
    'account-blocked',
  ],
  [
    /password.{0,20}expired|expired password|password (?:must|has to|needs to) be (?:changed|reset)|(?:must|have to|need to) (?:change|reset) .{0,10}password/i,
    'password-expired',
  ],
  [
    /(?:mechanism|method|auth\w*(?: type)?|sasl|log-?in command)\b.{0,20}\b(?:not (?:supported|available|enabled|allowed|implemented)|disabled|unsupported|unknown|unrecogni[sz]ed)|(?:unsupported|unknown|unrecogni[sz]ed|invalid|no) (?:\w+ )?(?:mechanism|auth\w* (?:type|method))|\blog(?:ging)?[- ]?in\b.{0,12}\bdisabled|\b(?:unsupported|not (?:supported|implemented))\b/i,
    'method-unsupported',
  ],
  [
    /error in imap command|(?:unknown|unrecogni[sz]ed|invalid|illegal|bad) (?:command|argument|syntax|state)|command (?:not|received|argument|unknown|unrecogni[sz]ed)|syntax error|parse error/i,
    'not-understood',
  ],
  // A line that may mean a wrong password, among others, is never tried again and again.
  [
    /(?:passwords?|credentials?|user ?names?)\b.{0,40}\b(?:wrong|incorrect|invalid|mismatch|not (?:match|correct|valid)|error|denied|rejected|unknown)\b|\b(?:wrong|incorrect|invalid|bad|unknown|no such)\b.{0,30}\b(?:passwords?|credentials?|user|login|account)\b/i,
    'sign-in-refused',
  ],
  [OVER_LIMIT, 'over-limit'],
  [THROTTLED, 'throttled'],
  [
    /tempor|vor(?:\u00fc|ue)bergehend|unavailable|indisponib|not available|nicht verf(?:\u00fc|ue)gbar|(?:internal|server|system|backend|database|sql|proxy|unexpected|fatal) (?:\w+ )?error|generic failure|overload|\bbusy\b|maintenance|migrat|being moved|disk (?:is )?full|out of (?:memory|resources|disk)|time[d -]*out|(?:can't|cannot|can not|could not|unable to|failed to) (?:connect|reach|contact|open|read|access|lock|complete|process)|(?:error|failure) (?:connecting|contacting)|(?:mailbox|maildrop|database|file) is locked|connection (?:to .{0,40})?(?:refused|reset|lost|failed)|lookup failed|shutting down|(?:server|service) (?:is )?(?:down|failure|not ready|restarting|starting)/i,
    'busy',
  ],
  [
    /(?:auth\w*|log-?in|sign-?in)\b.{0,10}\b(?:failed|failure|error|denied|rejected|incorrect|refused|invalid)/i,
    'sign-in-refused',
  ],
  [/try (?:again|later)|again later|\bretry\b/i, 'busy'],
];

/** How much of a line is read: a server may send a megabyte. */
const MAX_READ = 1000;

/** What only makes sense of a sign-in. */
const OF_SIGN_IN: ReadonlySet<AnswerKind> = new Set([
  'sign-in-refused',
  'too-many-refusals',
  'password-expired',
  'app-password',
  'passwords-off',
  'not-authorized',
  'method-unsupported',
  'not-understood',
]);

/**
 * What an answer means.
 *
 * @param line without its tag, such as `NO [LIMIT] Too many connections`, or `BYE …`
 * @param toSignIn whether it answers LOGIN or AUTHENTICATE
 * @returns `null` where it says nothing that is known
 */
export function meaningOf(line: string, toSignIn: boolean): AnswerKind | null {
  const said = line.slice(0, MAX_READ).replace(/^\S+ ?/, '');
  const kind = byCode(said) ?? TEXTS.find(([pattern]) => pattern.test(said))?.[1] ?? null;
  return kind !== null && !toSignIn && OF_SIGN_IN.has(kind) ? null : kind;
}

/** What the code of an answer means; `null` where none decides. */
export function decided(line: string): AnswerKind | null {
  return byCode(line.slice(0, MAX_READ).replace(/^\S+ ?/, ''));
}

/**
 * Whether a refused sign-in may be another matter in another way of signing in.
 *
 * @param sawPassword it was refused after the password had come; one that was not sent cannot be wrong
 */
export function isOfMethod(line: string, sawPassword: boolean): boolean {
  const kind = meaningOf(line, true);
  if (kind === 'sign-in-refused') return !sawPassword && decided(line) === null;
  if (kind === null) return !sawPassword || /^BAD\b/i.test(line);
  return kind === 'method-unsupported' || kind === 'not-understood';
}

/** The first code that decides, among those that the text begins with. */
function byCode(said: string): AnswerKind | null {
  const [codes = ''] = /^(?:\[[^\]]*\] ?)+/.exec(said) ?? [];
  for (const [, code = ''] of codes.matchAll(/\[([\w-]+)/g)) {
    const kind = CODES[code.toUpperCase()];
    if (kind !== undefined) return refined(kind, said);
  }
  return null;
}

/** Which of the server's troubles it is, where its words know better than its code. */
function refined(kind: AnswerKind, said: string): AnswerKind {
  if (kind !== 'busy' && kind !== 'over-limit') return kind;
  if (OVER_LIMIT.test(said)) return 'over-limit';
  return THROTTLED.test(said) ? 'throttled' : kind;
}
