import type { Account, AccountId, Notice } from '../../../shared/model.ts';
import { storedFor } from '../../../shared/password-place.ts';
import { visible } from '../../../shared/visible.ts';
import type { Unusable } from '../storage/index.ts';
import type { Clock } from '../clock.ts';
import type { EngineState } from './snapshot.ts';

/**
 * What the user should know that belongs to no single connection. A notice has an id by its cause,
 * so the same thing said twice is one notice.
 */
export class NoticeBoard {
  readonly #state: EngineState;
  readonly #clock: Clock;

  constructor(state: EngineState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** Shows it, in place of an earlier one with the same id. */
  post(
    id: string,
    level: Notice['level'],
    message: string,
    more: Pick<Notice, 'action' | 'serverLine'> = {},
  ): void {
    this.#state.put('notices', {
      id,
      at: this.#clock.now(),
      level,
      message: visible(message),
      ...more,
    });
  }

  /** Takes it away; one that is not there is no error, since two windows may dismiss it. */
  dismiss(id: string): void {
    this.#state.remove('notices', id);
  }
}

/** The notice that the stored password of this account cannot be used. */
export function passwordNotice(account: AccountId): string {
  return `password:${account}`;
}

/** What it says. */
export function passwordUnusable(
  { label, signIn }: Pick<Account, 'label' | 'signIn'>,
  why: Unusable,
): string {
  if (signIn.kind === 'oauth') {
    return why.kind === 'unreadable'
      ? `The stored sign-in of ${label} cannot be read. Sign in again.`
      : `The stored sign-in of ${label} was for ${storedFor(why.stored, why.wanted)}, so it is not used. Sign in again.`;
  }
  return why.kind === 'unreadable'
    ? `The stored password of ${label} cannot be read. Enter it again.`
    : `The stored password of ${label} was for ${storedFor(why.stored, why.wanted)}, so it is not sent. Enter it again.`;
}
