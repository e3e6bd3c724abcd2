/**
 * What servers answer when they cannot, or will not, at each phase. Each case names what must hold:
 * whether it is tried again, and words that say what to do.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  fault,
  type ImapServerOptions,
  type Script,
} from '../../electron/core/demo/testing/index.ts';
import type { Step } from '../../electron/core/demo/testing/index.ts';
import type { ConnectionState, ProblemCode } from '../../shared/model.ts';
import { FaultStand } from './fault-stand.ts';

interface AnswerCase {
  readonly where: string;
  readonly script: Script;
  readonly security?: ImapServerOptions['security'];
  readonly state: ConnectionState['kind'];
  readonly code: ProblemCode;
  /** What the sentence tells the user. */
  readonly says: RegExp;
  /** The server's own words, which stand beside it. */
  readonly line: RegExp;
}

const LATER = /tries again by itself/;
const FEWER = /allows no more connections.*Close other mail programs.*fewer mailboxes/;
const ENDED = /ended the connection while/;

const again = { state: 'retrying', code: 'server-unavailable' } as const;
const ended = { state: 'retrying', code: 'server-closed' } as const;
const refused = { state: 'sign-in-failed', code: 'sign-in' } as const;

/** The case of a tagged answer to a command. */
const no = (where: Step, text: string): Pick<AnswerCase, 'where' | 'script'> => ({
  where: `${where}: ${text}`,
  script: { [where]: fault.reply(text) },
});
/** The case of a BYE. */
const bye = (where: Step, text: string): Pick<AnswerCase, 'where' | 'script'> => ({
  where: `${where}: BYE ${text}`,
  script: { [where]: fault.bye(text) },
});

const CASES: readonly AnswerCase[] = [
  { ...bye('greeting', '[LIMIT] Too many'), ...again, says: FEWER, line: /^BYE \[LIMIT\]/ },
  { ...bye('greeting', '[UNAVAILABLE] Down'), ...again, says: LATER, line: /^BYE \[UNAVAIL/ },
  { ...bye('greeting', '[ALERT] Move on'), ...ended, says: ENDED, line: /^BYE \[ALERT\] Move/ },
  { ...bye('greeting', 'Too many connections'), ...again, says: FEWER, line: /^BYE Too many/ },
  {
    ...bye('capability', '[UNAVAILABLE] Down'),
    security: 'starttls',
    ...again,
    says: LATER,
    line: /^BYE \[UNAVAIL/,
  },
  {
    ...bye('starttls', '[LIMIT] Too many'),
    security: 'starttls',
    ...again,
    says: FEWER,
    line: /^BYE \[LIMIT\]/,
  },
  { ...no('login', 'NO [LIMIT] Too many'), ...again, says: FEWER, line: /^NO \[LIMIT\]/ },
  { ...no('login', 'NO [UNAVAILABLE] Down'), ...again, says: LATER, line: /^NO \[UNAVAIL/ },
  { ...no('login', 'NO [INUSE] Locked'), ...again, says: LATER, line: /^NO \[INUSE\]/ },
  {
    ...no('login', 'NO Maximum number of connections from user+IP exceeded'),
    ...again,
    says: FEWER,
    line: /^NO Maximum/,
  },
  {
    ...no('login', 'NO [AUTHENTICATIONFAILED] No'),
    ...refused,
    says: /Check both; .*app password.*not try again/,
    line: /^NO \[AUTHENTICATIONFAILED\]/,
  },
  {
    ...no('login', 'NO [ALERT] Log in with your browser first'),
    ...refused,
    says: /wants to be sure that it is you: sign in on its web page/,
    line: /^NO \[ALERT\] Log in with your browser first$/,
  },
  { ...no('login', 'BAD What'), ...refused, says: /did not understand/, line: /^BAD What/ },
  {
    ...no('login', 'NO Server Unavailable. 15'),
    ...again,
    says: LATER,
    line: /^NO Server Unavailable. 15$/,
  },
  { ...bye('login', '[LIMIT] Too many'), ...again, says: FEWER, line: /^BYE \[LIMIT\]/ },
  { ...bye('login', '[UNAVAILABLE] Down'), ...again, says: LATER, line: /^BYE \[UNAVAIL/ },
  { ...bye('login', '[ALERT] Suspended'), ...ended, says: ENDED, line: /^BYE \[ALERT\]/ },
  { ...no('select', 'NO [LIMIT] Too many'), ...again, says: FEWER, line: /^NO \[LIMIT\]/ },
  { ...no('select', 'NO [UNAVAILABLE] Down'), ...again, says: LATER, line: /^NO \[UNAVAIL/ },
  { ...no('select', 'NO [INUSE] Locked'), ...again, says: LATER, line: /^NO \[INUSE\]/ },
  { ...no('select', 'NO [ALERT] Quota'), ...again, says: LATER, line: /^NO \[ALERT\] Quota/ },
  {
    ...no('select', 'NO [AUTHENTICATIONFAILED] Odd here'),
    ...again,
    says: LATER,
    line: /^NO \[AUTHENTICATIONFAILED\]/,
  },
  {
    ...no('select', 'NO [NONEXISTENT] Gone'),
    state: 'failed',
    code: 'mailbox-missing',
    says: /no mailbox "INBOX".*stop watching it/,
    line: /^NO \[NONEXISTENT\]/,
  },
  { ...bye('select', '[UNAVAILABLE] Down'), ...again, says: LATER, line: /^BYE \[UNAVAIL/ },
  { ...bye('idle', '[LIMIT] Too many'), ...again, says: FEWER, line: /^BYE \[LIMIT\]/ },
  { ...bye('idle', '[UNAVAILABLE] Down'), ...again, says: LATER, line: /^BYE \[UNAVAIL/ },
  { ...bye('idle', '[ALERT] Going'), ...ended, says: ENDED, line: /^BYE \[ALERT\] Going/ },
];

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
  await stand.watchHealthy();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe('a server that answers', () => {
  it.each(CASES)(
    '$where is understood, told what to do about, and left when it is over',
    async (is) => {
      await using server = await stand.server({
        script: is.script,
        security: is.security ?? 'tls',
      });
      const id = await stand.add(server);
      const { kind, problem } = await stand.problem(id);
      expect({ kind, ...problem }).toEqual({
        kind: is.state,
        code: is.code,
        message: expect.stringMatching(is.says),
        serverLine: expect.stringMatching(is.line),
      });
      await server.until(({ open }) => open === 0);
      server.setScript({});
      await stand.recovers(id);
      expect(stand.harm()).toEqual([]);
      await stand.remove(id);
    },
  );
});
