/** What went wrong with a connection, in words that a person can act on. */
export interface Problem {
  readonly code: ProblemCode;
  /** One or two sentences: what is wrong, what to do. No secret is ever in it. */
  readonly message: string;
  /** What the server itself said, where it said something. */
  readonly serverLine: string | null;
}

/** The closed set of what can go wrong with a connection. */
export type ProblemCode =
  /** What the account has for its server, or for the name in its certificate, is no name. */
  | 'server-name'
  /** The way through the proxy did not come about. */
  | 'proxy'
  /** The same: the proxy refuses its user name and password, or there is none to give. */
  | 'proxy-sign-in'
  | 'dns'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'closed'
  | 'not-tls'
  | 'tls'
  /** The server demands a certificate of the client's, which has none. */
  | 'client-certificate'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'certificate-untrusted'
  | 'certificate-name'
  /** Another one than the pinned one. */
  | 'certificate-changed'
  /** Revoked, too weak or not made for servers: nobody can trust it. */
  | 'certificate-unfit'
  /** What the account trusts cannot be read: nobody can be verified. */
  | 'trust-unreadable'
  | 'starttls-unavailable'
  | 'starttls-injection'
  | 'not-imap'
  /** It sends more than it may, and does not stop. */
  | 'flooding'
  | 'sign-in'
  /** Only a person who signs in again can mend it, in the browser; the message says what else to do. */
  | 'sign-in-again'
  /** The authorization server gives no access token just now. */
  | 'auth-server'
  | 'secret-missing'
  | 'mailbox-missing'
  /** Another name of a mailbox that is watched already. */
  | 'mailbox-twice'
  | 'server-unavailable'
  /** The server wants to be left alone for a while. */
  | 'throttled'
  /** The server will not serve this account, now or ever. */
  | 'not-served'
  | 'server-closed'
  | 'offline'
  | 'internal';
