/** The shape of what is kept of sessions; {@link encodeKept} says what it means. */

/** A value of JSON is right, and of this type. */
type Check<Value> = (value: unknown) => value is Value;
/** An object with at least these fields, or one value. */
type Shape = Check<unknown> | { readonly [field: string]: Shape };
/** What fits a shape. */
type Of<S> = S extends Check<infer Value> ? Value : { readonly [Field in keyof S]: Of<S[Field]> };

function fits<S extends Shape>(shape: S, value: unknown): value is Of<S> {
  if (typeof shape === 'function') return shape(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  // Of its own: a prototype could answer for a field that is missing.
  return Object.entries(shape).every(([field, inner]) =>
    fits(inner, Object.hasOwn(value, field) ? Reflect.get(value, field) : undefined),
  );
}

const text = (value: unknown): value is string => typeof value === 'string';
const flag = (value: unknown): value is boolean => typeof value === 'boolean';
/** JSON knows no NaN, but an exponent can be too large for a number. */
const number = (value: unknown): value is number => Number.isFinite(value);
/** A point in time, a span, a size. */
const amount = (value: unknown): value is number => number(value) && value >= 0;
/** A count, or an index into a list. */
const count = (value: unknown): value is number => amount(value) && Number.isSafeInteger(value);
/** Bytes (RFC 4648 §4), in the one form that stands for them. */
const base64 = (value: unknown): value is string =>
  text(value) && Buffer.from(value, 'base64').toString('base64') === value;

const bytes = (value: unknown): value is string => base64(value) && value !== '';

const oneOf =
  <const Word extends string>(...words: readonly Word[]) =>
  (value: unknown): value is Word =>
    words.some((word) => word === value);

const orNull =
  <Value>(check: Check<Value>) =>
  (value: unknown): value is Value | null =>
    value === null || check(value);

const orMissing =
  <S extends Shape>(shape: S) =>
  (value: unknown): value is Of<S> | undefined =>
    value === undefined || fits(shape, value);

const listOf =
  <S extends Shape>(shape: S) =>
  (value: unknown): value is readonly Of<S>[] =>
    Array.isArray(value) && value.every((item) => fits(shape, item));

/** Parts of a subject as Node gives them: one text each, or several; also those it has no type for. */
const texts = (value: unknown): value is Readonly<Record<string, string | string[]>> =>
  fits({}, value) && Object.values(value).every((part) => text(part) || listOf(text)(part));

/** A full handshake. */
const ROOT = {
  fullHandshakeAt: amount,
  certificate: {
    subject: text,
    issuer: text,
    names: listOf(text),
    validFromAt: number,
    validToAt: number,
    fingerprint256: text,
    verifiedAt: amount,
  },
  validity: { fromAt: number, toAt: number },
  /** Files of before have none: their sessions were kept under the hash of what they hang on. */
  hangsOn: orMissing(listOf(text)),
  identity: { subject: texts, subjectaltname: orNull(text) },
  resumptions: count,
};

/** A session that goes back to it. */
const SESSION = {
  bytes,
  /** Index into the peer's `roots`. */
  root: count,
  /** Equal for the sessions of one handshake. */
  family: count,
  connection: orNull(text),
  protocol: oneOf('TLSv1.2', 'TLSv1.3'),
  mechanism: oneOf('tls13-ticket', 'tls12-ticket', 'session-id'),
  receivedAt: amount,
  expiresAt: amount,
  offered: flag,
  /** Where they are shared, indices into the peer's `owners`: whose it is. */
  owners: orMissing(listOf(count)),
  resumed: flag,
};

const PEER = {
  /** See {@link keptKey}. */
  key: text,
  sharing: oneOf('saving', 'private', 'shared'),
  /** Where they are shared, those whose they are, by {@link keptKey} of the key of their own. */
  owners: orMissing(listOf(text)),
  roots: listOf(ROOT),
  sessions: listOf(SESSION),
};

const KEPT = {
  engine: text,
  machine: text,
  network: orMissing(listOf(text)),
  salt: base64,
  savedAt: amount,
  peers: listOf(PEER),
};

/** All of it. */
export type Kept = Of<typeof KEPT>;
export type StoredPeer = Of<typeof PEER>;
export type StoredRoot = Of<typeof ROOT>;
export type StoredSession = Of<typeof SESSION>;

/** The text as what it stands for; `null` where it is damaged. Never throws. */
export function parseKept(content: string): Kept | null {
  try {
    const json: unknown = JSON.parse(content);
    return fits(KEPT, json) ? json : null;
  } catch {
    // A SyntaxError: not JSON, or cut off.
    return null;
  }
}
