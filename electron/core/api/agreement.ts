/**
 * Where the system has no key store, passwords stay in memory until the user agrees to the next
 * best thing: a key file. That agreement is the key file itself: a shell that finds one uses it.
 */
import type { AccountBook } from '../accounts/index.ts';
import type { ChosenProtector, KeyFileProtector, SecretProtector } from '../storage/index.ts';
import type { NoticeBoard, EngineState } from '../state/index.ts';

const NOTICE = 'protection';
const IN_MEMORY =
  'This system offers no protected place for passwords, so Reprise keeps them in memory only. It asks for them again after a restart.';
const OFFER =
  'If you agree, they are stored encrypted instead, under a key file that lies beside them; whoever copies the whole data folder has both.';

/** What it works with. */
interface AgreementDeps {
  readonly state: EngineState;
  readonly notices: NoticeBoard;
  readonly book: AccountBook;
  /** Each stores others, which were in memory only, under this protection: of proxies, of clients. */
  readonly storeOthers: readonly ((protector: SecretProtector) => Promise<void>)[];
  readonly protector: ChosenProtector;
  /** `null` where there is nothing to agree to. */
  readonly keyFile: KeyFileProtector | null;
}

/** Asks for the agreement, and keeps to it. */
export class Agreement {
  readonly #deps: AgreementDeps;

  constructor(deps: AgreementDeps) {
    this.#deps = deps;
  }

  /** Says that passwords are kept in memory, where they are. */
  announce(): void {
    const { notices, protector, keyFile } = this.#deps;
    if (protector.protection.kind !== 'memory') return;
    if (keyFile === null) notices.post(NOTICE, 'warning', IN_MEMORY);
    else notices.post(NOTICE, 'warning', `${IN_MEMORY} ${OFFER}`, { action: 'use-key-file' });
  }

  /**
   * The user agreed: what is in memory is stored under the key file, and so is all that follows.
   * Where there is nothing to agree to, nothing changes.
   *
   * @throws RepriseError `storage` or `secrets`; everything is then as it was
   */
  async agreeToKeyFile(): Promise<void> {
    const { state, notices, book, storeOthers, protector, keyFile } = this.#deps;
    if (keyFile === null || protector.protection.kind !== 'memory') return;
    // Also where there is no password yet.
    const takeBack = await keyFile.make();
    let problem: string | null;
    try {
      problem = await book.storeSecrets(keyFile);
    } catch (error) {
      // Left behind, the next start would take it for an agreement that came to nothing.
      await takeBack();
      throw error;
    }
    protector.choose(keyFile);
    // Where the disk refuses these alone, they stay in memory.
    await Promise.allSettled(storeOthers.map((store) => store(keyFile)));
    state.set('app', { ...state.get('app'), protection: keyFile.protection });
    notices.dismiss(NOTICE);
    if (problem !== null) notices.post(NOTICE, 'error', problem);
  }
}
