/** Settings found for an address: what the engine finds, and what the page says of it. */
import type { Security } from './model.ts';
import type { OAuthOffer } from './oauth.ts';

/** Who can be asked about a domain, best rank first: see `electron/core/set-up/find.ts` for why. */
export const DOMAIN_SOURCES = ['autoconfig', 'well-known', 'ispdb', 'pacc', 'srv'] as const;
export type DomainSource = (typeof DOMAIN_SOURCES)[number];

/**
 * Where settings were found. Beginning with `mx-`: not at the address's domain, but at that of the
 * server which takes its mail; `table` and `mx-table` are Reprise's own list of providers.
 */
export type SetUpSource = 'table' | DomainSource | 'mx-table' | `mx-${DomainSource}`;

/** A provider that Reprise knows, and how one signs in there. */
export interface Provider {
  readonly name: string;
  /**
   * What its servers take: the account's own password, one made for a program, or none at all but a
   * sign-in in the browser.
   */
  readonly passwords: 'account' | 'app' | 'none';
  /** A sign-in in the browser that it takes; `null` where there is none, or none is known. */
  readonly oauth: OAuthOffer | null;
  /** Why Reprise cannot sign in that way although the provider has it; `null` where there is no more to say. */
  readonly whyNoOAuth: string | null;
  /** What this provider wants to be told, such as "make an app password". */
  readonly hint: string | null;
  /** Where the provider explains it. */
  readonly helpUrl: string | null;
}

/** Settings for one address. */
export interface FoundSettings {
  /** In ASCII, without a final dot. */
  readonly host: string;
  /** What of the host's name somebody has registered: whose it is. The host itself where it is an address. */
  readonly domain: string;
  readonly port: number;
  readonly security: Security;
  /** Filled in for this address. */
  readonly user: string;
  readonly source: SetUpSource;
  /** Whose word it is: a host or domain; the provider's name for `table` and `mx-table`. */
  readonly foundBy: string;
  /**
   * The server is outside of the registrable domain of the address, and no entry of Reprise's own
   * for that domain vouches for it: to be named, and confirmed before a password goes there.
   */
  readonly foreign: boolean;
  /** Known for the address or for the server; `null` where it is neither. */
  readonly provider: Provider | null;
}

/** What a search came to. */
export interface SetUpResult {
  /** The address that was read out of what was typed, as in `Robin <robin@example.org>`. */
  readonly address: string;
  readonly found: FoundSettings | null;
  /** Something was asked for over the network: `false` where Reprise's own list answered, or alone was asked. */
  readonly lookedUp: boolean;
  /** Why it found nothing, or less than it might have, in one sentence. */
  readonly trouble: string | null;
}
