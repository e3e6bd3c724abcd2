/**
 * The log, and what takes secrets out of it. `log.ts` first: where lines go, and the one list of
 * secrets that none of them may hold. Then `redaction.ts`: every form in which a secret may come back.
 */
export { lineLog, redactedLog, Redaction, stderrLog, type Log } from './log.ts';
export { redactorFor, type Redact } from './redaction.ts';
