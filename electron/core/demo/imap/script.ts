/** Where a scripted server can be made to misbehave, in the order in which it gets there. */
export type Step =
  /** TCP is connected, nothing was read. */
  | 'accept'
  /** The ClientHello was read, nothing was answered. */
  | 'handshake'
  /** TLS is there, and nothing was sent over it. */
  | 'secured'
  | 'greeting'
  | 'capability'
  | 'starttls'
  | 'login'
  | 'list'
  | 'select'
  | 'idle'
  | 'logout';

/** What the server does there in place of the right thing. */
export type Fault =
  /** Stays connected and says nothing, ever. */
  | { readonly kind: 'hang' }
  /** Ends the connection in order. */
  | { readonly kind: 'close' }
  /** Ends it with a TCP reset. */
  | { readonly kind: 'reset' }
  /** Answers the command with this in place of `OK …`, such as `NO [UNAVAILABLE] Try later`. */
  | { readonly kind: 'reply'; readonly text: string }
  /** Says `* BYE text` and ends the connection. */
  | { readonly kind: 'bye'; readonly text: string }
  /** Sends these bytes as they are and says nothing more. */
  | { readonly kind: 'raw'; readonly text: string };

/** The faults of one connection; at every other step the server does the right thing. */
export interface Script extends Partial<Readonly<Record<Step, Fault>>> {
  /** STARTTLS is neither offered nor known. */
  readonly hideStarttls?: boolean;
  /** Sent in plain text right behind the `OK` to STARTTLS, as an attacker would. */
  readonly injectAfterStarttls?: string;
}

/** One script for all connections, or one for each, counted from 1. */
export type Scripting = Script | ((connection: number) => Script);

export function scriptFor(scripting: Scripting, connection: number): Script {
  return typeof scripting === 'function' ? scripting(connection) : scripting;
}

/** Faults, short to write in a test. */
export const fault = {
  hang: { kind: 'hang' },
  close: { kind: 'close' },
  reset: { kind: 'reset' },
  reply: (text: string): Fault => ({ kind: 'reply', text }),
  bye: (text: string): Fault => ({ kind: 'bye', text }),
  raw: (text: string): Fault => ({ kind: 'raw', text }),
} as const;
