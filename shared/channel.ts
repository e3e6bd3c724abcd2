/** What carries calls between an interface and the engine, and what may travel on it. */
import type { ErrorData } from './errors.ts';

/** A two-way carrier of structured values. */
export interface Channel {
  post(frame: unknown): void;
  /** Called once, before any frame may arrive. What cannot be decoded is passed on as it is. */
  listen(onFrame: (frame: unknown) => void): void;
  /** Calls back once, when either side has closed. */
  onClose(closed: () => void): void;
  close(): void;
}

/** How a call is answered: errors are data. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ErrorData };

/**
 * What a page of the host keeps for its own origin, where no other page and no other port gets at it.
 * On each WebSocket both sides show what they know of it before anything else is said: the page
 * `{ "t": "key", "key": … }`, the host `{ "t": "answer", "answer": … }`.
 */
export interface PageKeys {
  /** Lets the page in. Its cookie alone does not: that goes to every port of this machine. */
  readonly key: string;
  /** Tells the host from another program that has taken its port since. */
  readonly answer: string;
}

const MAX_METHOD_LENGTH = 64;
const MAX_CALL_ID_LENGTH = 64;
const MAX_ARGUMENTS = 16;

/**
 * Whether birpc can take `frame`: a call, or the answer to one. It throws outside of any call on a
 * frame that is none of its own. Written by hand: it runs on every frame, and in a page that loads
 * no schemas.
 */
export function isFrame(frame: unknown): boolean {
  if (typeof frame !== 'object' || frame === null) return false;
  const { t, i, m, a } = frame as Partial<Record<'t' | 'i' | 'm' | 'a', unknown>>;
  if (typeof i !== 'string' || i.length > MAX_CALL_ID_LENGTH) return false;
  if (t === 's') return true;
  return (
    t === 'q' &&
    i !== '' &&
    typeof m === 'string' &&
    m.length <= MAX_METHOD_LENGTH &&
    Array.isArray(a) &&
    a.length <= MAX_ARGUMENTS
  );
}
