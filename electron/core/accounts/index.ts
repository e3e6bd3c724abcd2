/**
 * The account list. `account.ts`: what an account is; `account-input.ts`: how the form's text becomes
 * one, with `ca-file.ts`, `trusted.ts` for what it trusts;
 * `authority-watch.ts` reads the system's authorities again, by `authorities-process.ts`;
 * `account-store.ts`: the list; `account-book.ts`: the list with its passwords, on the disk.
 */
export type { AccountSettings, AccountTrust, ConnectSettings } from './account.ts';
export {
  chosenTrust,
  connectsElsewhere,
  DEFAULT_POLICY,
  editedAccount,
  newAccount,
  settingsToTest,
  signsInElsewhere,
} from './account-input.ts';
export { AuthorityWatch, startNodeReader, type StartReader } from './authority-watch.ts';
export { readCaFile } from './ca-file.ts';
export { placeOf, seenTrust, unreadableTrustSentence } from './trusted.ts';
export { accountNotFound } from './account-store.ts';
export { AccountBook, memoryBook, openAccountBook, type OpenedBook } from './account-book.ts';
