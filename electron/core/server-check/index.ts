/**
 * The server check: what a mail server does about TLS sessions, and what to change. In the order of
 * reading: `target.ts` (what is asked for), `check-desk.ts` (who asks), `run-check.ts` (the whole
 * check), `measure-row.ts` and `offers.ts` (one version and mechanism), `visitor.ts`, `visit.ts` and
 * `conversation.ts` (the connections), `evidence.ts` (what was seen), `verdict.ts`, `notes.ts` and
 * `advice.ts` (what it means, pure). `limits.ts` says how much may be asked of a server.
 */
export { CheckDesk } from './check-desk.ts';
export { runCheck } from './run-check.ts';
export { parseTarget } from './target.ts';
export { isResuming } from './verdict.ts';
