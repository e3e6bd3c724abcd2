/**
 * Every call and event between the interface and the engine, each with the schema of its
 * arguments. The engine's side implements {@link EngineApi}, the interface's {@link ClientApi}.
 */
import { z } from 'zod';
import {
  accountInputSchema,
  reusePolicySchema,
  trustChoiceSchema,
  type AccountId,
  type CheckId,
  type ConnectionDetail,
  type ConnectionId,
  type HeldSessionsId,
  type SignInId,
  type TestResult,
} from './model.ts';
import { SIGN_IN_FLOWS } from './oauth.ts';
import type { SetUpResult } from './set-up.ts';
import type { Patch, Snapshot } from './state.ts';
import {
  checkInputSchema,
  clientLabInputSchema,
  clientWatchInputSchema,
  oauthClientChangeSchema,
  proxyInputSchema,
  settingsChangeSchema,
  signInStartSchema,
} from './inputs.ts';
import type { ClientCheckReport } from './client-check.ts';
import type { ClientLabId, ClientWatchId } from './ids.ts';
import type { WatchReport } from './your-client.ts';
import {
  EXPORT_FORMATS,
  HISTORY_RANGES,
  type HistoryExport,
  type HistoryExtent,
  type HistoryView,
} from './history.ts';

const accountId = z.string().min(1).max(64) as unknown as z.ZodType<AccountId>;
const checkId = z.string().min(1).max(64) as unknown as z.ZodType<CheckId>;
const clientLabId = z.string().min(1).max(64) as unknown as z.ZodType<ClientLabId>;
const clientWatchId = z.string().min(1).max(64) as unknown as z.ZodType<ClientWatchId>;
const connectionId = z.string().min(1).max(64) as unknown as z.ZodType<ConnectionId>;
const signInId = z.string().min(1).max(64) as unknown as z.ZodType<SignInId>;
const heldSessionsId = z.string().min(1).max(64) as unknown as z.ZodType<HeldSessionsId>;

const historyQuery = z.strictObject({
  range: z.enum(HISTORY_RANGES),
  /** One that was removed has its figures still; one that never was has none. */
  account: accountId.nullable(),
});

/** A call's arguments as a tuple schema, and the type of its result. */
interface Call<Arguments extends z.ZodType, Result> {
  readonly arguments: Arguments;
  /** Never there at run time; carries the type. */
  readonly result?: Result;
}

function call<const Arguments extends [z.ZodType, ...z.ZodType[]] | []>(...schemas: Arguments) {
  const tuple = z.tuple(schemas as [z.ZodType, ...z.ZodType[]]) as unknown as z.ZodTuple<
    Arguments extends [z.ZodType, ...z.ZodType[]] ? Arguments : [],
    null
  >;
  return {
    /** Names the result's type. */
    returns: <Result>(): Call<typeof tuple, Result> => ({ arguments: tuple }),
  };
}

/** What the system's certificate authorities say of a server. */
export interface SystemTrust {
  /** The certificate that it shows; `null` where it could not be reached. */
  readonly fingerprint256: string | null;
  readonly trusted: boolean;
}

/** How many sessions a call made the cache forget. */
export interface Forgotten {
  readonly forgotten: number;
}

export const contract = {
  /** The whole state. Patches follow from its version on, until the channel closes. */
  getState: call().returns<Snapshot>(),

  /**
   * Stores the account and connects it. With an id, `keep` means that account's CA file or pin, and
   * what the form does not have, its switch and its policy, is as there.
   */
  addAccount: call(accountInputSchema, accountId.nullable().optional()).returns<{
    readonly id: AccountId;
  }>(),
  /** Replaces the settings; connections whose settings changed are made anew. */
  updateAccount: call(accountId, accountInputSchema).returns<void>(),
  /** Logs out, forgets sessions and password, removes it from the settings. */
  removeAccount: call(accountId).returns<void>(),
  /**
   * Signs in and looks for the mailboxes, storing nothing. With an account's id, `null` and `keep` mean
   * its stored password and CA file or pin; with one for the test, its course is part of the state.
   */
  testConnection: call(
    accountInputSchema,
    accountId.nullable(),
    z.string().min(1).max(64).optional(),
  ).returns<TestResult>(),
  /**
   * After a look at the certificate: trusts only that, or the system's authorities. Sessions made
   * under another trust are forgotten, and the account connects anew. The password is typed again for
   * that; `null` keeps the stored one, which is refused where it was for another trust.
   */
  setTrust: call(accountId, trustChoiceSchema, accountInputSchema.shape.password).returns<void>(),
  /** Looks at the certificate of an account's server without signing in. */
  checkSystemTrust: call(accountId).returns<SystemTrust>(),
  /**
   * Settings for an e-mail address, as typed. Ends within 5 s.
   *
   * @throws RepriseError `invalid-input` for the field `user` where it is no address
   */
  findSettings: call(
    z.string().max(2000, 'This is too long for an e-mail address.'),
  ).returns<SetUpResult>(),

  /**
   * Begins a sign-in for what stands in the form; its course is part of the state.
   *
   * @throws RepriseError `invalid-input`, or `busy` where too many are under way
   */
  startSignIn: call(signInStartSchema).returns<{ readonly id: SignInId }>(),
  /**
   * The same for an account as it is: what it brings is stored, and the account connects.
   *
   * @param anyUser whoever signs in may be another than the user, as for a shared mailbox
   */
  signInAgain: call(accountId, z.enum(SIGN_IN_FLOWS), z.boolean().optional()).returns<{
    readonly id: SignInId;
  }>(),
  /** Ends its wait; one that is over stays as it is. */
  cancelSignIn: call(signInId).returns<void>(),
  /** Which client id Reprise signs in with at an issuer. */
  setOAuthClient: call(oauthClientChangeSchema).returns<void>(),

  /** Applies to the next connection. Off forgets the account's sessions at once. */
  setReuse: call(accountId, z.boolean()).returns<Forgotten>(),
  /**
   * Holds for sessions held already as well, from the next connection on; those of an account that
   * begins or ends to share are forgotten.
   */
  setPolicy: call(accountId, reusePolicySchema).returns<Forgotten>(),
  /** The same for several accounts, each with its own: all of them, or none where one is gone. */
  setPolicies: call(
    z
      .array(z.object({ id: accountId, policy: reusePolicySchema }))
      .min(1)
      .max(10_000),
  ).returns<Forgotten>(),
  /** Ends the pause of a server that kept refusing, and connects the account anew. */
  tryOffering: call(accountId).returns<void>(),
  setPaused: call(accountId, z.boolean()).returns<void>(),
  forgetSessions: call(accountId).returns<Forgotten>(),
  /** Forgets the sessions for one server; 0 where they are gone already. */
  forgetHeldSessions: call(heldSessionsId).returns<Forgotten>(),
  /** Forgets every session of every account. */
  forgetAllSessions: call().returns<Forgotten>(),

  /** Ends the connection, if there is one, and makes a new one now; also skips a wait. */
  reconnect: call(connectionId).returns<void>(),
  reconnectAccount: call(accountId).returns<void>(),
  reconnectAll: call().returns<void>(),
  /** There is a network, its user says, although none is seen: what waits for one is tried. */
  takeForOnline: call().returns<void>(),
  getConnection: call(connectionId).returns<ConnectionDetail>(),
  /** Lines for a shell that repeat its latest handshake with the `openssl` program. */
  getOpensslCommand: call(connectionId).returns<string>(),

  /** Starts a server check; its course is part of the state. */
  startCheck: call(checkInputSchema).returns<{ readonly id: CheckId }>(),
  /** Checks the server of an account, trusting what the account trusts. */
  checkAccountServer: call(accountId).returns<{ readonly id: CheckId }>(),
  /** The same check once more. */
  repeatCheck: call(checkId).returns<{ readonly id: CheckId }>(),
  /** Ends it, with every connection; a check that is over stays as it is. */
  cancelCheck: call(checkId).returns<void>(),

  /**
   * Listens for connections of a program to its server, passes them on and watches them; what comes of
   * them is part of the state. Ends when it listens, within 10 s.
   */
  startClientWatch: call(clientWatchInputSchema).returns<{ readonly id: ClientWatchId }>(),
  /** Listens no more, and cuts off the connections that are open; what was seen stays. */
  stopClientWatch: call(clientWatchId).returns<void>(),
  /** Stops it, and forgets what was seen. */
  forgetClientWatch: call(clientWatchId).returns<void>(),
  /** What was seen, as the document of `npm run watch-client -- --json`. */
  getClientReport: call(clientWatchId).returns<WatchReport>(),

  /**
   * Starts the lab, in place of one that was stopped; what a program shows there is part of the state.
   *
   * @throws RepriseError `invalid-input` with the field, `bad-ca-file`, `storage`
   */
  startClientLab: call(clientLabInputSchema).returns<{ readonly id: ClientLabId }>(),
  /** Listens no more, and cuts off the connections that are open; what was seen stays. */
  stopClientLab: call(clientLabId).returns<void>(),
  /** Stops it, and forgets what was seen. */
  forgetClientLab: call(clientLabId).returns<void>(),
  /** What was seen, as the document of `npm run check-client -- --json`. */
  getClientLabReport: call(clientLabId).returns<ClientCheckReport>(),

  /** The figures of a range that ends now, everything that has happened included. */
  getHistory: call(historyQuery).returns<HistoryView>(),
  /** The same as {@link getHistory}, as the text of a file. */
  exportHistory: call(
    historyQuery.extend({ format: z.enum(EXPORT_FORMATS) }),
  ).returns<HistoryExport>(),

  /** Since when there is history, and how much room it takes. */
  getHistoryExtent: call().returns<HistoryExtent>(),

  /** Changes the settings that are given; each applies at once. */
  changeSettings: call(settingsChangeSchema).returns<void>(),

  /**
   * Which way the connections of all accounts go that have no choice of their own, which are made anew
   * where that is another one than before.
   */
  setProxy: call(proxyInputSchema).returns<void>(),

  /** Starts the built-in servers and adds an account for each; they are never stored. */
  startDemo: call().returns<void>(),
  stopDemo: call().returns<void>(),
  /** The user agrees to passwords on the disk, under a key file in place of the system's key store. */
  agreeToKeyFile: call().returns<void>(),
  dismissNotice: call(z.string().max(64)).returns<void>(),
} satisfies Record<string, Call<z.ZodType, unknown>>;

export type Contract = typeof contract;
export type Method = keyof Contract;

/** A tuple, and not an intersection with one, so that plain functions fit. */
type ArgumentsOf<M extends Method> =
  z.infer<Contract[M]['arguments']> extends infer Arguments extends unknown[] ? Arguments : never;
type ResultOf<M extends Method> =
  Contract[M] extends Call<z.ZodType, infer Result> ? Exclude<Result, undefined> : never;

/** What the engine answers. Throws {@link RepriseError} for what a user can meet. */
export type EngineApi = {
  [M in Method]: (...args: ArgumentsOf<M>) => Promise<ResultOf<M>>;
};

/** What the engine calls on the interface. */
export interface ClientApi {
  /** Resolves when it was applied: the engine sends the next patch only then. */
  patch(patch: Patch): Promise<void>;
}
