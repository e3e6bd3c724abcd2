/**
 * On top of the engine: answers the contract of `shared/contract.ts`. `calls.ts` first: every call,
 * by topic in `account-calls.ts`, `connection-calls.ts`, `check-calls.ts` and `client-calls.ts`;
 * `call-context.ts` is what they work with, and makes changes take turns. `agreement.ts` is the key
 * file's.
 */
export { Agreement } from './agreement.ts';
export { createCalls } from './calls.ts';
