import type { AccountId, Connection, Attempt } from '../../../shared/model.ts';
import type { Clock } from '../clock.ts';
import type { AttemptContext } from './attempt.ts';
import type { LastFull } from './handshake-history.ts';
import type { Failure } from '../failures/index.ts';
import type { SignInGate } from './sign-in-gate.ts';
import type { StartGate } from './start-gate.ts';

/** What the mailboxes of an account share. */
export interface MailboxHost {
  readonly account: AccountId;
  readonly clock: Clock;
  readonly random: () => number;
  readonly starts: StartGate;
  readonly signIn: SignInGate;
  /** As the settings are now. */
  attemptContext(): AttemptContext;
  readonly lastFull: LastFull;
  /** Connections that are being logged out: done when the servers were told. */
  readonly endings: Set<Promise<void>>;
  onConnection(connection: Connection): void;
  onHandshake(handshake: Attempt): void;
  /** The server accepted the password of the account. */
  onSignedIn(): void;
  /** It did not, or there is none. */
  onSignInRefused(failure: Failure): void;
}
