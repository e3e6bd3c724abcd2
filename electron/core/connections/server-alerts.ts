import { createHash } from 'node:crypto';
import type { AccountId } from '../../../shared/model.ts';
import type { AccountSettings } from '../accounts/index.ts';
import type { NoticeBoard } from '../state/index.ts';

/** How many texts of one account stand there at a time: a server may send one after another. */
export const ALERTS_SHOWN = 3;

/** How many are remembered, so that none is shown again for being said again. */
const ALERTS_REMEMBERED = 50;

/**
 * What servers want people to see: the texts of `[ALERT]` (RFC 9051 §7.1), each shown once, however
 * often it is said and by however many connections, until somebody takes it away.
 */
export class ServerAlerts {
  readonly #notices: NoticeBoard;
  /** Their notices' ids, oldest first. */
  readonly #said = new Map<AccountId, readonly string[]>();

  constructor(notices: NoticeBoard) {
    this.#notices = notices;
  }

  said({ id, label, host }: AccountSettings, text: string): void {
    const said = this.#said.get(id) ?? [];
    const notice = `alert:${id}:${createHash('sha256').update(text).digest('base64url').slice(0, 16)}`;
    if (said.includes(notice)) return;
    this.#said.set(id, [...said, notice].slice(-ALERTS_REMEMBERED));
    this.#notices.post(notice, 'warning', `${host} has a message for ${label}.`, {
      serverLine: text,
    });
    const old = said.at(-ALERTS_SHOWN);
    if (old !== undefined) this.#notices.dismiss(old);
  }

  /** The account is gone, and what was said of it with it. */
  forget(account: AccountId): void {
    for (const notice of this.#said.get(account) ?? []) this.#notices.dismiss(notice);
    this.#said.delete(account);
  }
}
