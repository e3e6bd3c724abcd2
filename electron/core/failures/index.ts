/**
 * What went wrong, and the words for it. In the order of reading: `classify.ts` has one table of
 * what errors mean, `server-answers.ts` one of what servers answer; `connection-failure.ts` and `connection-words.ts` say it of a connection,
 * `certificate-words.ts` of its certificate; `check-failure.ts` and `check-words.ts` of a server
 * check, whose reader asks something else. `proxy-words.ts` is for both.
 */
export {
  CheckCancelled,
  CheckFailure,
  failureOf,
  verdictOf,
  type StepName,
} from './check-failure.ts';
export { FORM_WAYS, problemOf, type CheckWays } from './check-words.ts';
export { isAboutMailbox, mayBeMissing } from './classify.ts';
export {
  BEFORE_CONNECTING,
  ConnectError,
  ConnectionEnded,
  failureFrom,
  PROBLEM_TEXT_LENGTH,
  quoted,
  type Failure,
} from './connection-failure.ts';
export { isSignIn, kindOfCode, type Refusal } from './classify.ts';
export { proxySentence } from './proxy-words.ts';
export { isOfMethod } from './server-answers.ts';
