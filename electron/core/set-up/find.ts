/** What is found for an address: everything is asked at once, and the best word is taken. */
import type { LookupFunction } from 'node:net';
import {
  DOMAIN_SOURCES,
  type DomainSource,
  type FoundSettings,
  type Provider,
  type SetUpResult,
  type SetUpSource,
} from '../../../shared/set-up.ts';
import { offerOf } from '../../../shared/oauth-offers.ts';
import type { Clock } from '../clock.ts';
import { kindOfCode, proxySentence } from '../failures/index.ts';
import { isStraight, ProxyError, type Way } from '../proxy/index.ts';
import type { TlsTrust } from '../tls/index.ts';
import { addressText, parseAddress, type MailAddress } from './address.ts';
import { Names } from './names.ts';
import {
  providerOfDomain,
  providerOfExchanger,
  providerOfServer,
  withoutImap,
  type KnownProvider,
} from './providers.ts';
import { isPublic } from './public-addresses.ts';
import { askSource, firstExchanger, type Answer, type Asking } from './sources.ts';
import { isForeign, registrableDomain, type StatedServer } from './stated.ts';
import { fetchFile } from './web.ts';

/** A search is over by then, with what it has. */
export const SEARCH_LIMIT_MS = 5000;

/** Searches at a time: one more ends the oldest, whose address nobody looks at any more. */
export const MOST_SEARCHES = 3;

/** What stands for the internet. Tests have another in its place; nothing else can. */
export interface Internet {
  /** DNS servers; `null` for those of the system. */
  readonly dns: readonly string[] | null;
  /** Looks up what the DNS does not know; the system's by default. */
  readonly hosts?: LookupFunction;
  readonly trust: TlsTrust;
  readonly httpsPort: number;
  readonly isPublic: (address: string) => boolean;
}

/** The one that there is. */
export const theInternet: Internet = {
  dns: null,
  trust: { kind: 'system' },
  httpsPort: 443,
  isPublic,
};

/** What {@link SetUp} works with. */
export interface SetUpDeps {
  readonly clock: Clock;
  readonly internet: Internet;
  /** The program's own, as it is chosen when it is asked for. */
  readonly way: () => Way;
  /** The setting; asked at each search. */
  readonly mayLookUp: () => boolean;
  readonly isOnline: () => boolean;
}

/** What became of one question. */
type Outcome =
  | { readonly kind: 'found'; readonly settings: FoundSettings }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'late' };

/** Finds the settings for addresses. */
export class SetUp {
  readonly #deps: SetUpDeps;
  /** Those under way, oldest first. */
  readonly #searches = new Set<AbortController>();

  constructor(deps: SetUpDeps) {
    this.#deps = deps;
  }

  /**
   * The settings for an address, as typed, from the best place that knows them.
   *
   * @throws RepriseError `invalid-input` for the field `user` where it is no address
   */
  async find(typed: string): Promise<SetUpResult> {
    const address = parseAddress(typed);
    const { domain } = address;
    const nothing = {
      address: addressText(address),
      found: null,
      lookedUp: false,
      trouble: null,
    };
    if (domain === null) return nothing;
    const known = providerOfDomain(domain);
    if (known !== null) return { ...nothing, found: settingsOf(known, 'table', address, false) };
    const closed = withoutImap(domain);
    if (closed !== null) return { ...nothing, trouble: noImap(closed) };
    if (!this.#deps.mayLookUp() || isNeverAsked(domain)) return nothing;
    if (!this.#deps.isOnline()) return { ...nothing, trouble: OFFLINE };
    return this.#search(address, domain);
  }

  /** Ends every search. */
  close(): void {
    for (const search of this.#searches) search.abort();
  }

  async #search(address: MailAddress, domain: string): Promise<SetUpResult> {
    const search = new AbortController();
    this.#searches.add(search);
    const [oldest] = this.#searches;
    if (this.#searches.size > MOST_SEARCHES) oldest?.abort();
    const timer = this.#deps.clock.after(SEARCH_LIMIT_MS, () => {
      search.abort();
    });
    try {
      const result = { address: addressText(address), lookedUp: true };
      const outcomes: Outcome[] = [];
      // In the order of ranks: a worse answer is of use when no better one can come any more.
      for (const question of this.#questions(address, domain, search.signal)) {
        const outcome = await question;
        if (outcome.kind === 'found') return { ...result, found: outcome.settings, trouble: null };
        outcomes.push(outcome);
      }
      return { ...result, found: null, trouble: troubleOf(outcomes, domain) };
    } finally {
      timer.cancel();
      search.abort();
      this.#searches.delete(search);
    }
  }

  /**
   * Everything that is asked, under way, best rank first:
   *
   * - what the domain's owner publishes as a file goes before Thunderbird's list, which others keep;
   * - both say port, security and the user's name, so they go before PACC and SRV, which name a host;
   * - what is only said of the server that takes the domain's mail comes last. Nobody has to prove
   *   an MX record, and who takes the mail need not be who keeps it.
   */
  #questions(address: MailAddress, domain: string, signal: AbortSignal): Promise<Outcome>[] {
    const asking = this.#asking(address, domain, signal);
    const exchanger = asking.names.then((names) =>
      names === null ? null : firstExchanger(domain, names),
    );
    const ask = async (
      source: DomainSource,
      about: string,
      as: SetUpSource = source,
    ): Promise<FoundSettings | null> => {
      const answer = await askSource(source, about, asking);
      return answer === null ? null : settingsFrom(answer, as, domain);
    };
    const questions = [
      ...DOMAIN_SOURCES.map((source) => ask(source, domain)),
      exchanger.then((host) => {
        const known = host === null ? null : providerOfExchanger(host);
        return known === null
          ? null
          : settingsOf(known, 'mx-table', address, isForeign(known.host, domain));
      }),
      ...DOMAIN_SOURCES.map(async (source) => {
        const host = await exchanger;
        if (host === null || providerOfExchanger(host) !== null) return null;
        const other = registrableDomain(host);
        return other === null || other === domain ? null : ask(source, other, `mx-${source}`);
      }),
    ];
    return questions.map((question) => outcomeOf(question, signal));
  }

  #asking(address: MailAddress, domain: string, signal: AbortSignal): Asking {
    const { internet, way: wayNow } = this.#deps;
    const { trust, httpsPort, isPublic: isPublicHere } = internet;
    const way = wayNow();
    const names = new Names(internet.dns, signal, internet.hosts);
    const web = { way, trust, lookup: names.lookup, isPublic: isPublicHere, signal };
    const port = httpsPort === 443 ? '' : `:${String(httpsPort)}`;
    return {
      address,
      names: way({ host: domain, port: httpsPort }).then((hops) =>
        isStraight(hops) ? names : null,
      ),
      file: (host, path) => fetchFile(new URL(`https://${host}${port}${path}`), web),
    };
  }
}

/** Never rejects, and waits for nothing that was ended. */
function outcomeOf(question: Promise<FoundSettings | null>, signal: AbortSignal): Promise<Outcome> {
  const { promise: late, resolve } = Promise.withResolvers<Outcome>();
  signal.addEventListener('abort', () => {
    resolve({ kind: 'late' });
  });
  const outcome = question.then(
    (settings): Outcome => (settings === null ? { kind: 'none' } : { kind: 'found', settings }),
    (error: unknown): Outcome => (signal.aborted ? { kind: 'late' } : { kind: 'failed', error }),
  );
  return Promise.race([outcome, late]);
}

function settingsOf(
  known: KnownProvider,
  source: 'table' | 'mx-table',
  address: MailAddress,
  foreign: boolean,
): FoundSettings {
  const { host, port, security } = known;
  const user = known.user === 'address' ? addressText(address) : address.local;
  const provider = providerIn(known);
  const domain = ownerOf(host);
  return { host, domain, port, security, user, source, foundBy: known.name, foreign, provider };
}

function settingsFrom({ server, by }: Answer, source: SetUpSource, domain: string): FoundSettings {
  const { host, port, security, user } = server;
  const known = providerOfServer(host);
  const provider = known === null ? providerAt(server) : providerIn(known);
  return {
    host,
    domain: ownerOf(host),
    port,
    security,
    user,
    source,
    foundBy: by,
    foreign: isForeign(host, domain),
    provider,
  };
}

/** Whose a server is, by its name. */
function ownerOf(host: string): string {
  return registrableDomain(host) ?? host;
}

function providerIn({
  name,
  passwords,
  oauth,
  whyNoOAuth,
  hint,
  helpUrl,
}: KnownProvider): Provider {
  return { name, passwords, oauth, whyNoOAuth, hint, helpUrl };
}

/** Of a provider that is not in the list, what has to be known before somebody signs in there. */
function providerAt({ host, takesPasswords, issuer }: StatedServer): Provider | null {
  if (takesPasswords && issuer === null) return null;
  return {
    name: host,
    passwords: takesPasswords ? 'account' : 'none',
    hint: takesPasswords ? null : noPassword(issuer),
    helpUrl: null,
    oauth: issuer === null ? null : offerOf(issuer),
    whyNoOAuth: null,
  };
}

function noPassword(issuer: string | null): string {
  const what =
    'By its own settings this server takes no password, only a sign-in in the browser (OAuth).';
  return issuer === null
    ? `${what} They do not say where: ask whoever runs it for the address of the authorization server.`
    : what;
}

/** RFC 7686: names of the Tor network are not to be asked for outside of it. */
function isNeverAsked(domain: string): boolean {
  return !domain.includes('.') || domain.endsWith('.onion') || domain.endsWith('.localhost');
}

function noImap(provider: string): string {
  return `${provider} offers no IMAP, so no other program can read its mail.`;
}

const OFFLINE =
  'This machine has no network, as far as it tells, so the settings could not be looked up.';

const CERTIFICATE: ReadonlySet<string> = new Set([
  'expired',
  'not-yet-valid',
  'other-name',
  'self-signed',
  'unknown-authority',
  'unfit',
]);

/** Why nothing was found, where there is more to say than that nobody knows the domain. */
function troubleOf(outcomes: readonly Outcome[], domain: string): string | null {
  const [asOwn] = outcomes;
  const error = asOwn?.kind === 'failed' ? asOwn.error : null;
  if (error instanceof ProxyError) return proxySentence(error);
  if (CERTIFICATE.has(kindOfCode(codeOf(error)))) {
    return `autoconfig.${domain} shows a certificate that this machine does not trust for it, so its settings were not read.`;
  }
  if (outcomes.some(({ kind }) => kind === 'late')) {
    return 'Not everything that was asked for the settings answered in time.';
  }
  return outcomes.every(({ kind }) => kind === 'failed')
    ? 'Nothing that was asked for the settings could be reached.'
    : null;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}
