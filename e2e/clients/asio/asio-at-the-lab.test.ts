/** The programs of this folder at the lab: what is found of each is what it does wrong. */
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClientCheckReport } from '../../../shared/client-check.ts';
import type { FindingId } from '../../../shared/client-findings.ts';
import { atTheLab, faultsOf, notesOf } from '../at-the-lab.ts';
import type { Way } from '../node/conversation.ts';
import { buildAsioPrograms, missingToBuild, runAsioProgram, type AsioProgram } from './programs.ts';

const missing = missingToBuild();
const why = missing.length > 0 ? `Missing here: ${missing.join(', ')}.` : null;
if (why !== null) process.stderr.write(`SKIPPED: boost::asio programs at the lab. ${why}\n`);

const LIMIT_MS = 240_000;
/** More than the plan takes of a program; it ends by itself where it trusts a certificate no longer. */
const CONNECTIONS = 40;
const MOST_RUNS = 8;

interface Case {
  readonly program: AsioProgram;
  readonly words: readonly string[];
  readonly faults: readonly FindingId[];
  readonly notes?: readonly FindingId[];
}

const wrong = (mode: string, faults: readonly FindingId[], notes?: readonly FindingId[]): Case => ({
  program: 'wrong-turns',
  words: [mode],
  faults,
  ...(notes === undefined ? {} : { notes }),
});

const CASES: Readonly<Record<string, Case>> = {
  right: { program: 'right', words: [], faults: [] },
  'right, switched off': { program: 'right', words: ['off'], faults: ['never-offers'] },
  none: wrong('none', ['never-offers']),
  'after-handshake': wrong('after-handshake', ['too-early-for-tls13', 'offered-expired']),
  'after-greeting': wrong('after-greeting', ['ticket-twice', 'offered-expired']),
  destroyed: wrong('destroyed', ['never-offers'], ['no-close-notify', 'spoilt-by-close']),
  'destroyed-after-greeting': wrong(
    'destroyed-after-greeting',
    ['never-offers'],
    ['no-close-notify', 'spoilt-by-close'],
  ),
  flags: wrong('flags', [], ['no-close-notify']),
  'closed-at-once': wrong(
    'closed-at-once',
    ['never-offers', 'closes-before-tickets'],
    ['no-close-notify', 'spoilt-by-close'],
  ),
};
const WAYS = { implicit: 'tls', STARTTLS: 'starttls' } as const satisfies Record<string, Way>;

describe.skipIf(why !== null)('boost::asio at the lab', () => {
  let programs: string;
  const reports = new Map<string, ClientCheckReport>();

  const check = (way: Way, { program, words }: Case): Promise<ClientCheckReport> =>
    atTheLab({ ways: [way] }, async (lab, caFile) => {
      const port = lab.doorways[0]?.port ?? 0;
      for (let runs = 0; runs < MOST_RUNS && !lab.plan(way).isOver; runs += 1) {
        const all = [...words, ...(way === 'starttls' ? ['starttls'] : [])];
        const options = { host: '127.0.0.1', port, caFile, connections: CONNECTIONS, words: all };
        // It ends with an error where it is shown another certificate, as it should.
        await runAsioProgram(programs, program, options).catch(() => undefined);
      }
    });

  beforeAll(async () => {
    programs = await buildAsioPrograms();
    const all = Object.entries(CASES).flatMap(([name, its]) =>
      Object.entries(WAYS).map(async ([called, way]) => {
        reports.set(`${name} ${called}`, await check(way, its));
      }),
    );
    await Promise.all(all);
  }, LIMIT_MS);

  describe.each(Object.keys(WAYS))('%s', (called) => {
    it.each(Object.entries(CASES))('%s', (name, { faults, notes = [] }) => {
      const report = reports.get(`${name} ${called}`);
      expect(report && faultsOf(report)).toEqual(faults);
      expect(report && notesOf(report)).toEqual(expect.arrayContaining([...notes]));
    });
  });
});
