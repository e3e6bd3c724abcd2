/** What a scripted server does in place of the right thing. */
import type { Duplex } from 'node:stream';
import type { Instead, Step } from '../imap/imap-session.ts';

/** What the server does at a step. */
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
  | { readonly kind: 'raw'; readonly text: string }
  /** Sends these again and again, as fast as they are taken. */
  | { readonly kind: 'endless'; readonly text: string };

/** The faults of one connection; at every other step the server does the right thing. */
export interface Script extends Partial<Readonly<Record<Step, Fault>>> {
  /** STARTTLS is neither offered nor known. */
  readonly hideStarttls?: boolean;
  /** Sent in plain text right behind the `OK` to STARTTLS, as an attacker would. */
  readonly injectAfterStarttls?: string;
}

/** One script for all connections, or one for each, counted from 1. */
export type Scripting = Script | ((connection: number) => Script);

/** Faults, short to write in a test. */
export const fault = {
  hang: { kind: 'hang' },
  close: { kind: 'close' },
  reset: { kind: 'reset' },
  reply: (text: string): Fault => ({ kind: 'reply', text }),
  bye: (text: string): Fault => ({ kind: 'bye', text }),
  raw: (text: string): Fault => ({ kind: 'raw', text }),
  endless: (text: string): Fault => ({ kind: 'endless', text }),
} as const;

/** Steps at which IMAP is spoken. */
const WORDLESS: ReadonlySet<Step> = new Set(['accept', 'handshake', 'secured']);

/** Acts out what the script has for this step; `null` where it has nothing. */
export function actOut(script: Script, step: Step, stream: Duplex, tag: string): Instead | null {
  const say = (text: string): void => {
    if (stream.writable) stream.write(text);
  };
  const fault = script[step];
  switch (fault?.kind) {
    case 'hang':
      return 'hang';
    case 'close':
      return 'closed';
    case 'reset':
      return 'reset';
    case 'bye':
      if (!WORDLESS.has(step)) say(`* BYE ${fault.text}\r\n`);
      return 'closed';
    case 'raw':
      say(fault.text);
      return 'hang';
    case 'endless':
      pour(stream, Buffer.from(fault.text, 'latin1'));
      return 'hang';
    case 'reply':
      if (WORDLESS.has(step)) return 'closed';
      say(`${tag} ${fault.text}\r\n`);
      return 'answered';
    case undefined:
      return starttls(script, step, tag, say);
  }
}

function pour(stream: Duplex, bytes: Buffer): void {
  while (stream.writable && stream.write(bytes));
  if (stream.writable) {
    stream.once('drain', () => {
      pour(stream, bytes);
    });
  }
}

const WITHOUT_STARTTLS = 'IMAP4rev1 LITERAL+ SASL-IR ID ENABLE LOGINDISABLED';

/** @param say writes on a connection in plain text, where STARTTLS is a matter at all */
function starttls(
  { hideStarttls = false, injectAfterStarttls }: Script,
  step: Step,
  tag: string,
  say: (text: string) => void,
): Instead | null {
  if (hideStarttls && step === 'greeting') {
    say(`* OK [CAPABILITY ${WITHOUT_STARTTLS}] Reprise demo server ready\r\n`);
    return 'answered';
  }
  if (hideStarttls && step === 'capability') {
    say(`* CAPABILITY ${WITHOUT_STARTTLS}\r\n${tag} OK CAPABILITY done\r\n`);
    return 'answered';
  }
  if (hideStarttls && step === 'starttls') {
    say(`${tag} BAD STARTTLS is not to be had here\r\n`);
    return 'answered';
  }
  if (injectAfterStarttls === undefined || step !== 'starttls') return null;
  // In one piece with the reply, so that no client can miss it.
  say(`${tag} OK Begin TLS now\r\n${injectAfterStarttls}`);
  return 'starttls';
}
