/** For tests: a double of what gives access tokens, and a server that takes them. */
import type { AccountSettings } from '../../accounts/index.ts';
import type { Clock } from '../../clock.ts';
import {
  startLineServer,
  type LineServer,
  type LineServerOptions,
} from '../../demo/testing/index.ts';
import { OAuthError, type AccessToken, type AccessTokens } from '../../oauth/index.ts';

/** As Gmail and Microsoft have it. */
const HOUR_MS = 3_600_000;

export const BY_TOKEN: AccountSettings['signIn'] = {
  kind: 'oauth',
  issuer: 'https://issuer.example',
  clientId: 'a-client',
};

/** A double of the access tokens of one account: they are called `token-1`, `token-2` and so on. */
export class TokensDouble implements Pick<AccessTokens, 'get' | 'refused'> {
  /** What the next ones who ask are told in place of a token. */
  trouble: Error | null = null;
  /** How often somebody asked. */
  asked = 0;
  /** How many tokens there were. */
  made = 0;
  readonly refusals: string[] = [];
  readonly #clock: Clock;
  readonly #lifeMs: number;
  #latest: AccessToken | null = null;

  constructor(clock: Clock, lifeMs = HOUR_MS) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  /** A minute before, or a quarter of its life. */
  get marginMs(): number {
    return Math.min(60_000, this.#lifeMs / 4);
  }

  get(): Promise<AccessToken> {
    this.asked += 1;
    if (this.trouble !== null) return Promise.reject(this.trouble);
    const now = this.#clock.now();
    if (this.#latest === null || now >= (this.#latest.renewAt ?? Infinity)) {
      this.made += 1;
      const expiresAt = now + this.#lifeMs;
      const renewAt = expiresAt - this.marginMs;
      this.#latest = { token: `token-${String(this.made)}`, expiresAt, renewAt };
    }
    return Promise.resolve(this.#latest);
  }

  /** One takes the place of the first that is refused; there is none in place of that one. */
  refused(_account: AccountSettings['id'], token: string): void {
    this.refusals.push(token);
    if (this.#latest?.token !== token) return;
    this.#latest = null;
    if (this.refusals.length > 1) this.trouble = new OAuthError('scope', 'None of them is taken.');
  }
}

/** A mock of a mail server that takes tokens alone: of Microsoft's ways, or Google's, by its options. */
export function startTokenServer(options: LineServerOptions = {}): Promise<LineServer> {
  return startLineServer({
    capabilities: 'IMAP4rev1 IDLE NAMESPACE SASL-IR ID AUTH=XOAUTH2',
    ...options,
    answers: { AUTHENTICATE: '~ OK signed in', ...options.answers },
  });
}

const BEARER = 'auth=Bearer ';

/** The tokens that came, oldest first. */
export function tokensAt(server: LineServer): readonly string[] {
  return [...server.sent('AUTHENTICATE'), ...server.sent('RESPONSE')].flatMap((line) => {
    const text = Buffer.from(line.split(' ').at(-1) ?? '', 'base64').toString();
    const fields = text.split('\u0001').filter((field) => field.startsWith(BEARER));
    return fields.map((field) => field.slice(BEARER.length));
  });
}
