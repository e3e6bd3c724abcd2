/**
 * For tests: certificates that vouch for one another in every way that the world knows, made again for
 * any moment. Node verifies by the machine's clock: a moment to come is had by certificates with all
 * their dates earlier.
 */
// oxlint-disable-next-line import/no-unassigned-import -- @peculiar/x509 needs the polyfill loaded before it
import 'reflect-metadata';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import {
  array,
  boolean,
  constantFrom,
  oneof,
  constant,
  integer,
  record,
  shuffledSubarray,
  tuple,
  type Arbitrary,
} from 'fast-check';
import { KeyObject, webcrypto, X509Certificate } from 'node:crypto';
import type { TlsTrust } from '../trust.ts';

const HOUR_MS = 3_600_000;
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** From below to above. */
const NAMES = ['localhost', 'Below', 'Between', 'Root', 'Other'];

/** A name with one of its keys. */
interface Holder {
  readonly name: string;
  readonly key: 0 | 1;
}

/** A certificate to be; times in hours from now. */
interface Plan {
  readonly of: Holder;
  readonly by: Holder;
  readonly dates: { readonly fromHour: number; readonly toHour: number };
  /** Says by which key it was signed. */
  readonly namesKey: boolean;
}

/** One that is good now, and until then; hours from now. */
export function goodUntil(toHour: number, name: string, issuer: string): Plan {
  return {
    of: { name, key: 0 },
    by: { name: issuer, key: 0 },
    namesKey: true,
    dates: { fromHour: -2, toHour },
  };
}

/** What a server sends, and what its client trusts. */
export interface PkiPlan {
  readonly leaf: Plan;
  /** Above the leaf, in the order in which they are sent. */
  readonly sent: readonly Plan[];
  /** `null` where the leaf itself is pinned. */
  readonly trusted: readonly Plan[] | null;
}

const mostly = oneof({ weight: 6, arbitrary: constant(true) }, constant(false));

const goodDates = record({
  fromHour: integer({ min: -50, max: -1 }),
  toHour: integer({ min: 1, max: 200 }),
});
const pastDates = record({
  fromHour: integer({ min: -50, max: -10 }),
  toHour: integer({ min: -9, max: -1 }),
});
const futureDates = record({
  fromHour: integer({ min: 1, max: 100 }),
  toHour: integer({ min: 101, max: 200 }),
});
const anyDates = oneof(
  { weight: 4, arbitrary: goodDates },
  { weight: 1, arbitrary: pastDates },
  { weight: 1, arbitrary: futureDates },
);

const holder = (...names: string[]): Arbitrary<Holder> =>
  record({
    name: constantFrom(...names),
    key: oneof({ weight: 4, arbitrary: constant<0>(0) }, { weight: 1, arbitrary: constant<1>(1) }),
  });

/** One that leads somewhere, most of the time. */
const first = (name: string, issuer: string): Arbitrary<Plan> =>
  record({
    of: record({ name: constant(name), key: constant<0>(0) }),
    by: record({ name: constant(issuer), key: constant<0>(0) }),
    dates: goodDates,
    namesKey: boolean(),
  });

/** A twin of one of the others, cross-signed or not, of the same key or not; or one more. */
const another: Arbitrary<Plan> = record({
  of: holder('Root', 'Other', 'Between', 'Below'),
  by: holder('Root', 'Other', 'Between'),
  dates: anyDates,
  namesKey: boolean(),
});

/** Some of all, in any order, and mostly those that make a path. */
const someOf = (all: readonly Plan[], path: readonly Plan[]): Arbitrary<readonly Plan[]> =>
  tuple(shuffledSubarray([...all], { minLength: 1 }), mostly).map(([some, isWhole]) =>
    isWhole ? some.concat(path.filter((plan) => !some.includes(plan))) : some,
  );

/** Whatever a server may send to whomever. */
export const pkis: Arbitrary<PkiPlan> = tuple(
  first('localhost', 'Below'),
  tuple(first('Below', 'Between'), first('Between', 'Root')),
  tuple(first('Root', 'Root'), first('Other', 'Other')),
  array(another, { maxLength: 6 }),
  mostly.map((isByAuthority) => !isByAuthority),
).chain(([leaf, between, roots, others, isPinned]) => {
  const all = [...between, ...roots, ...others];
  return record({
    leaf: constant(leaf),
    sent: someOf(all, between),
    trusted: isPinned ? constant(null) : someOf(all.filter(leadsUp), roots.slice(0, 1)),
  });
});

/** Node itself never comes back from trusted certificates that lead in a circle. */
function leadsUp({ of, by }: Plan): boolean {
  return of.name === by.name || NAMES.indexOf(of.name) < NAMES.indexOf(by.name);
}

/** When something begins or ends in it; hours from now. */
export function datesOf({ leaf, sent, trusted }: PkiPlan): readonly number[] {
  return [leaf, ...sent, ...(trusted ?? [])].flatMap(({ dates: { fromHour, toHour } }) => [
    fromHour,
    toHour,
  ]);
}

/** The certificates of a plan. */
export interface Pki {
  readonly chainPem: string;
  readonly keyPem: string;
  readonly trust: TlsTrust;
}

const keys = new Map<string, Promise<webcrypto.CryptoKeyPair>>();

function keysOf({ name, key }: Holder): Promise<webcrypto.CryptoKeyPair> {
  const id = `${name} ${String(key)}`;
  const made = keys.get(id) ?? webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  keys.set(id, made);
  return made;
}

/** The certificates as they are `hours` later. */
export async function makePki({ leaf, sent, trusted }: PkiPlan, hours = 0): Promise<Pki> {
  const made = new Map<Plan, Promise<string>>();
  const pemOf = (plan: Plan): Promise<string> => {
    const pem = made.get(plan) ?? makePem(plan, hours);
    made.set(plan, pem);
    return pem;
  };
  const leafPem = await pemOf(leaf);
  const { privateKey } = await keysOf(leaf.of);
  const { fingerprint256 } = new X509Certificate(leafPem);
  const pems = async (plans: readonly Plan[]): Promise<string> =>
    (await Promise.all(plans.map(pemOf))).join('\n');
  return {
    chainPem: await pems([leaf, ...sent]),
    keyPem: KeyObject.from(privateKey).export({ type: 'pkcs8', format: 'pem' }).toString(),
    trust:
      trusted === null
        ? { kind: 'pin', fingerprint256, pem: leafPem }
        : { kind: 'ca', pem: await pems(trusted) },
  };
}

async function makePem(plan: Plan, hours: number): Promise<string> {
  const { of, by, dates, namesKey } = plan;
  const { publicKey } = await keysOf(of);
  const signer = await keysOf(by);
  const isServer = of.name === 'localhost';
  const extensions: Extension[] = [
    new BasicConstraintsExtension(!isServer, undefined, true),
    new KeyUsagesExtension(
      isServer ? KeyUsageFlags.digitalSignature : KeyUsageFlags.keyCertSign,
      true,
    ),
    await SubjectKeyIdentifierExtension.create(publicKey),
  ];
  if (isServer) {
    extensions.push(new SubjectAlternativeNameExtension([{ type: 'dns', value: of.name }]));
  }
  if (namesKey) {
    extensions.push(await AuthorityKeyIdentifierExtension.create(signer.publicKey));
  }
  const certificate = await X509CertificateGenerator.create({
    subject: [{ CN: [of.name] }],
    issuer: [{ CN: [by.name] }],
    notBefore: new Date(Date.now() + (dates.fromHour - hours) * HOUR_MS),
    notAfter: new Date(Date.now() + (dates.toHour - hours) * HOUR_MS),
    publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  return certificate.toString('pem');
}
