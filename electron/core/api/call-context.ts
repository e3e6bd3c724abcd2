import type { AccountId } from '../../../shared/model.ts';
import { type AccountBook, accountNotFound, type AuthorityWatch } from '../accounts/index.ts';
import type { Agreement } from './agreement.ts';
import type { CheckDesk } from '../server-check/index.ts';
import type { Clock } from '../clock.ts';
import type { DemoAccounts } from '../demo/index.ts';
import type { History } from '../history/index.ts';
import type { Log, Redaction } from '../log/index.ts';
import type { NetworkWatch } from '../network/index.ts';
import type { Grants, OAuthClients, SignIns, TokenDesk } from '../oauth/index.ts';
import type { NoticeBoard, EngineState } from '../state/index.ts';
import type { ProxyPasswords, Ways } from '../proxy/index.ts';
import type { SettingsService } from '../storage/index.ts';
import type { SetUp } from '../set-up/index.ts';
import { inTurn, type Turn } from '../turn.ts';
import type { PasswordOf, WatchList } from '../connections/index.ts';
import type { WatchDesk } from '../your-client/index.ts';
import type { LabDesk } from '../your-client/lab/index.ts';

/** What the calls work with. */
export interface Services {
  readonly state: EngineState;
  readonly watchList: WatchList;
  /** The user's own accounts. */
  readonly own: AccountBook;
  readonly agreement: Agreement;
  /** Gives the passwords of the user's own accounts. */
  readonly passwordOf: PasswordOf;
  readonly demo: DemoAccounts;
  readonly history: History;
  readonly checks: CheckDesk;
  readonly watches: WatchDesk;
  readonly labs: LabDesk;
  readonly authorities: Pick<AuthorityWatch, 'read'>;
  readonly setUp: Pick<SetUp, 'find'>;
  readonly network: Pick<NetworkWatch, 'insist'>;
  readonly notices: NoticeBoard;
  readonly settings: SettingsService;
  readonly ways: Ways;
  readonly proxyPasswords: ProxyPasswords;
  readonly signIns: SignIns;
  readonly grants: Grants;
  readonly clients: OAuthClients;
  readonly tokens: TokenDesk;
  /** Resolves when what was forgotten is no longer on the disk either. */
  readonly forgotten: () => Promise<void>;
  readonly redaction: Redaction;
  readonly log: Log;
  readonly clock: Clock;
}

/** The accounts that one belongs to. */
export interface Owner {
  readonly book: AccountBook;
  readonly password: PasswordOf;
  readonly isDemo: boolean;
}

/** The services, and what calls of every kind share. */
export interface CallContext extends Services {
  /** Runs a step after those before it, and waits until what it forgot is off the disk too. */
  readonly turn: Turn;
  /** The user's accounts or the demo's. @throws RepriseError `not-found` where it is in neither */
  readonly ownerOf: (id: AccountId) => Owner;
}

/** One for all calls: they take turns with each other. */
export function callContext(services: Services): CallContext {
  const { own, passwordOf, demo, forgotten } = services;
  const inOrder = inTurn();
  return {
    ...services,
    turn: (step) =>
      inOrder(async () => {
        const result = await step();
        await forgotten();
        return result;
      }),
    ownerOf: (id) => {
      if (own.accounts.get(id) !== null) return { book: own, password: passwordOf, isDemo: false };
      const { book } = demo;
      if (book.accounts.get(id) === null) throw accountNotFound();
      return { book, password: (account) => book.passwordFor(account), isDemo: true };
    },
  };
}
