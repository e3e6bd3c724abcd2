/**
 * imapflow, which signs in by more than one way. It chooses one by what the server offers and the
 * user's name; where that way itself is refused, the next one is tried on the same connection. With a
 * token these are OAUTHBEARER (RFC 7628) and XOAUTH2, and never a password's.
 */
import { ImapFlow } from 'imapflow';
import { isOfMethod } from '../../failures/index.ts';
import type { SignInOptions } from './imapflow-options.ts';

/** An argument of a command. */
interface Argument {
  readonly type: string;
  readonly value: string | Buffer;
  readonly sensitive?: boolean;
}

/** Of a command. */
interface ExecOptions {
  /** Hears each `+` of the server's. */
  readonly onPlusTag?: (response: unknown) => unknown;
  /** What hears its untagged responses, by their names. */
  readonly untagged?: object;
}

declare module 'imapflow' {
  // Of version 2.10, in which they are there and not declared; the tests of signing in hold them.
  interface ImapFlow {
    /** Signs in by `auth.loginMethod`, or by one of its own choice. */
    authenticate(): Promise<boolean>;
    /** Sends a command and resolves with its tagged OK. */
    exec(
      command: string,
      args?: readonly Argument[] | false,
      options?: ExecOptions,
    ): Promise<unknown>;
  }
}

type SignInMethod = 'AUTH=PLAIN' | 'AUTH=LOGIN' | 'LOGIN';

const OAUTHBEARER = 'AUTH=OAUTHBEARER';

/** By which nobody is let in: who refuses it may say where a token is to be had (RFC 7628 §3.2.2). */
const NO_TOKEN = 'none';

export class ImapClient extends ImapFlow {
  readonly #auth: SignInOptions['auth'];
  readonly #asksForIssuer: boolean;
  /** The server has asked for what AUTHENTICATE sends, or has LOGIN, which sends it at once. */
  #sawPassword = false;

  /** @param asksForIssuer where a password is refused, the server is asked for one */
  constructor(options: SignInOptions, asksForIssuer = false) {
    const auth = { ...options.auth };
    super({ ...options, auth });
    this.#auth = auth;
    this.#asksForIssuer = asksForIssuer;
  }

  override async authenticate(): Promise<boolean> {
    return this.#auth.accessToken === undefined ? this.#byPassword() : this.#byToken();
  }

  async #byToken(): Promise<boolean> {
    // It is sent at once.
    this.#sawPassword = true;
    try {
      return await super.authenticate();
    } catch (error) {
      const hasOther = this.capabilities.has(OAUTHBEARER) && this.capabilities.has('AUTH=XOAUTH2');
      if (!hasOther || !this.#isRefusedMethod(error)) throw error;
      this.capabilities.delete(OAUTHBEARER);
      return super.authenticate();
    }
  }

  async #byPassword(): Promise<boolean> {
    const methods = signInMethods(this.capabilities, this.#auth.user);
    let refused: unknown = null;
    // imapflow has words for a server that offers none.
    for (const method of methods.length === 0 ? [''] : methods) {
      if (refused !== null && !this.#isRefusedMethod(refused)) break;
      this.#sawPassword = method === 'LOGIN';
      this.#auth.loginMethod = method;
      try {
        return await super.authenticate();
      } catch (error) {
        refused = error;
      }
    }
    if (this.#asksForIssuer) await this.#askForIssuer(refused as object);
    throw refused;
  }

  /** Has the server say where it would have one sign in, and adds that to its refusal of a password. */
  async #askForIssuer(refused: object): Promise<void> {
    if (!this.capabilities.has(OAUTHBEARER)) return;
    this.#auth.accessToken = NO_TOKEN;
    try {
      await super.authenticate();
    } catch (error) {
      Object.assign(refused, { oauthError: (error as { oauthError?: unknown }).oauthError });
    }
  }

  override exec(
    command: string,
    args?: readonly Argument[] | false,
    options?: ExecOptions,
  ): Promise<unknown> {
    const isLogin = command === 'LOGIN' && Array.isArray(args);
    return super.exec(
      command,
      isLogin ? (args as readonly Argument[]).map(asLiteral) : args,
      command === 'AUTHENTICATE' ? this.#noticing(options) : options,
    );
  }

  /** Takes note of it when the server asks for the password. */
  #noticing(options: ExecOptions = {}): ExecOptions {
    const { onPlusTag } = options;
    return {
      ...options,
      onPlusTag: (response) => {
        this.#sawPassword = true;
        return onPlusTag?.(response);
      },
    };
  }

  /** Whether it was the way that was refused, and not the user or the password. */
  #isRefusedMethod(error: unknown): boolean {
    const { response } = error as { readonly response?: unknown };
    return (
      typeof response === 'string' && isOfMethod(response.replace(/^\S+ /, ''), this.#sawPassword)
    );
  }
}

/**
 * The ways to sign in, in the order in which they are tried. LOGIN goes first for a name with a
 * slash: Exchange opens another user's mailbox by it, and not by PLAIN (thunderbird-android#899).
 */
function signInMethods(
  capabilities: ReadonlyMap<string, unknown>,
  user: string,
): readonly SignInMethod[] {
  const offered = (['AUTH=PLAIN', 'AUTH=LOGIN'] as const).filter((name) => capabilities.has(name));
  if (capabilities.has('LOGINDISABLED')) return offered;
  return /[\\/]/.test(user) ? ['LOGIN', ...offered] : [...offered, 'LOGIN'];
}

/** A quoted string holds ASCII alone (RFC 3501 §9). */
function asLiteral(argument: Argument): Argument {
  const { value } = argument;
  return typeof value === 'string' && /[^\u0020-\u007E]/.test(value)
    ? { ...argument, type: 'LITERAL', value: Buffer.from(value) }
    : argument;
}
