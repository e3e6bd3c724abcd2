/** The server check: what a mail server does about TLS sessions, and what to change. */
export { CheckDesk } from './check-desk.ts';
export { runCheck } from './run-check.ts';
export { parseTarget } from './target.ts';
export { isResuming } from './verdict.ts';
