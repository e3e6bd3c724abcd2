/** What finished sign-ins brought, in memory, until accounts are stored with it. */
import { randomUUID } from 'node:crypto';
import { RepriseError } from '../../../shared/errors.ts';
import type { GrantId } from '../../../shared/model.ts';
import { isSameSignIn, type PasswordPlace } from '../../../shared/password-place.ts';
import { placeOf, type ConnectSettings } from '../accounts/index.ts';
import type { Clock, Timer } from '../clock.ts';
import type { LivingToken } from './access-tokens.ts';

/** Whose a grant is: where the account signs in that it is for, whatever is trusted there. */
export type GrantPlace = Omit<PasswordPlace, 'trust'>;

/** What an issuer has granted. */
export interface Granted {
  readonly place: GrantPlace;
  readonly refreshToken: string;
  readonly access: LivingToken;
}

/** How long a form may stay open after its sign-in. */
const GRANT_LIFE_MS = 600_000;

/** Forms that are open at a time. */
const MOST_GRANTS = 20;

export class Grants {
  readonly #clock: Clock;
  readonly #held = new Map<GrantId, { readonly granted: Granted; readonly timer: Timer }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps it for a while. */
  hold(granted: Granted): GrantId {
    const id = randomUUID() as string as GrantId;
    const [oldest] = this.#held.keys();
    if (this.#held.size >= MOST_GRANTS && oldest !== undefined) this.drop(oldest);
    const timer = this.#clock.after(GRANT_LIFE_MS, () => {
      this.#held.delete(id);
    });
    this.#held.set(id, { granted, timer });
    return id;
  }

  /**
   * @throws RepriseError `invalid-input`, field `signIn`, where it is gone, or was for something else than
   *   these settings
   */
  for(id: GrantId, settings: ConnectSettings): Granted {
    const held = this.#held.get(id);
    if (held === undefined) {
      throw again('This sign-in was too long ago. Sign in again, then save.');
    }
    if (!this.fits(held.granted, settings)) {
      throw again(
        'What you changed since is not what you signed in for. Sign in again, then save.',
      );
    }
    return held.granted;
  }

  /** Whether it is for these settings. */
  fits({ place }: Granted, settings: ConnectSettings): boolean {
    const wanted = placeOf(settings);
    return isSameSignIn({ ...place, trust: wanted.trust }, wanted);
  }

  drop(id: GrantId): void {
    this.#held.get(id)?.timer.cancel();
    this.#held.delete(id);
  }

  close(): void {
    for (const id of this.#held.keys()) this.drop(id);
  }
}

function again(message: string): RepriseError {
  return new RepriseError('invalid-input', message, { field: 'signIn' });
}
