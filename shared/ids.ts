/** What identifies each kind of thing in the model. */

declare const brand: unique symbol;
/** A string that only its own kind of thing may be identified by. */
type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type AccountId = Id<'account'>;
/** A watched mailbox of an account: it lives across reconnects. */
export type ConnectionId = Id<'connection'>;
/** One run of the server check. */
export type CheckId = Id<'check'>;
/** One attempt at a connection. */
export type AttemptId = Id<'attempt'>;
/** A sign-in in the browser, or with a code. */
export type SignInId = Id<'sign-in'>;
/** What a finished sign-in brought, until an account is stored with it. */
export type GrantId = Id<'grant'>;
/** What is held for one server by one account. */
export type HeldSessionsId = Id<'held-sessions'>;
/** A pass-through in front of somebody's server. */
export type ClientWatchId = Id<'client-watch'>;
/** A connection through it. */
export type ClientConnectionId = Id<'client-connection'>;
/** A lab that mail programs are taken through. */
export type ClientLabId = Id<'client-lab'>;
/** A connection to it. */
export type LabConnectionId = Id<'lab-connection'>;
