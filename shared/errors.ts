/**
 * The closed set of errors that a call can end with. They cross the wire as data
 * ({@link ErrorData}), because extra properties of an `Error` do not survive a message port.
 */

export const ERROR_CODES = [
  /** The call's arguments do not fit its schema. */
  'invalid-input',
  /** No such call. */
  'unknown-method',
  'not-found',
  /** An account with the same user on the same server is already there. */
  'duplicate-account',
  /** The CA file is not PEM, or holds no certificate. */
  'bad-ca-file',
  /** The settings could not be written. */
  'storage',
  /** The system's key store could not be used. */
  'secrets',
  /** It needs a network, and the machine has none. */
  'offline',
  /** Too many calls are under way on this channel. */
  'busy',
  /** The engine is stopping or the channel is closed. */
  'closed',
  'internal',
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error as it crosses the wire. */
export interface ErrorData {
  readonly code: ErrorCode;
  /** What is wrong and what to do, in words for a person; no secret is ever in it. */
  readonly message: string;
  /** The field of the form that it is about, such as `host` or `mailboxes`. */
  readonly field?: string;
}

/** An error whose message a user may read. Anything else that is thrown becomes `internal`. */
export class RepriseError extends Error {
  override readonly name = 'RepriseError';
  readonly code: ErrorCode;
  readonly field: string | undefined;

  constructor(code: ErrorCode, message: string, options?: { field?: string; cause?: unknown }) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options?.field;
  }

  /** The part of it that may cross the wire. */
  toData(): ErrorData {
    return {
      code: this.code,
      message: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
    };
  }

  static fromData(data: ErrorData): RepriseError {
    return new RepriseError(
      data.code,
      data.message,
      data.field === undefined ? {} : { field: data.field },
    );
  }
}
