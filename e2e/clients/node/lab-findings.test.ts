/**
 * Mail programs that do one thing wrong each, and some that are just not wrong, at the lab: what is
 * found of each is that one thing.
 */
import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ClientCheckReport } from '../../../shared/client-check.ts';
import type { FindingId } from '../../../shared/client-findings.ts';
import { atTheLab, faultsOf, notesOf } from '../at-the-lab.ts';
import type { Protocol, Way } from './conversation.ts';
import { ScriptedClient, type Manners, type Target } from './scripted-client.ts';

/** The lab waits for sessions of one second to run out: once for each mechanism that states a lifetime. */
const LIMIT_MS = 180_000;
/** A plan that does not end by then has lost its client. */
const MOST_CONNECTIONS = 60;
const NAMES = ['a.example', 'b.example'];

interface Case {
  readonly manners: Partial<Manners>;
  /** Faults and graves; nothing else of that weight may be found. */
  readonly faults: readonly FindingId[];
  /** Among its notes and hints. */
  readonly notes?: readonly FindingId[];
  readonly ways?: readonly Way[];
  /** It alternates between these; the lab has the names. */
  readonly names?: readonly string[];
  /** It alternates between these, one port each. */
  readonly protocols?: readonly Protocol[];
}

const CASES: Readonly<Record<string, Case>> = {
  'right, implicit and STARTTLS': { manners: {}, faults: [], ways: ['tls', 'starttls'] },
  'right, SMTP': { manners: {}, faults: [], protocols: ['smtp'] },
  'right, POP3': { manners: {}, faults: [], protocols: ['pop3'] },
  'right, two ports': { manners: {}, faults: [], protocols: ['imap', 'pop3'] },
  'right, two names': { manners: {}, faults: [], names: NAMES },
  'never offers': { manners: { takes: 'never' }, faults: ['never-offers'] },
  'never offers, and never says goodbye': {
    manners: { takes: 'never', saysGoodbye: false },
    faults: ['never-offers'],
    notes: ['no-close-notify', 'spoilt-by-close'],
  },
  'getSession() at once': { manners: { takes: 'at-once' }, faults: ['too-early-for-tls13'] },
  'one way only': {
    manners: { offersOver: ['tls'] },
    faults: ['one-way-only'],
    ways: ['tls', 'starttls'],
  },
  'one ticket for all time': { manners: { removes: 'never' }, faults: ['ticket-twice'] },
  'a ticket again where the handshake failed': {
    manners: { removes: 'when-done' },
    faults: [],
    notes: ['ticket-after-failure'],
  },
  'every second time': { manners: { losesOffered: true }, faults: ['every-second'] },
  'what has expired': { manners: { offersExpired: true }, faults: ['offered-expired'] },
  'to another name': {
    manners: { keyOf: ({ port }) => String(port) },
    faults: ['offered-to-another-name'],
    names: NAMES,
  },
  'to another port': {
    manners: { keyOf: ({ name }) => name },
    faults: ['offered-to-another-port'],
    protocols: ['imap', 'pop3'],
  },
  'what was refused, again': { manners: { clings: true }, faults: ['keeps-offering-refused'] },
  'siblings of what was refused, each once': { manners: { keepsSiblings: true }, faults: [] },
  'no fallback': { manners: { fallsBack: false }, faults: ['no-fallback'] },
  'any certificate': { manners: { verifies: false }, faults: ['accepts-another-certificate'] },
  'no name, though one was dialled': {
    manners: { sendsName: false },
    faults: ['no-name'],
    names: ['a.example'],
  },
  'no name for an address': { manners: { sendsName: false }, faults: [], names: [''] },
  'leaves without close_notify': {
    manners: { saysGoodbye: false },
    faults: [],
    notes: ['no-close-notify'],
  },
  'negotiates anew': { manners: { renegotiates: true }, faults: ['renegotiates'] },
};

/** Takes a program through the whole plan. */
function check({
  manners,
  ways = ['tls'],
  names = ['localhost'],
  protocols = ['imap'],
}: Case): Promise<ClientCheckReport> {
  const mapped = names.filter((name) => name !== '' && name !== 'localhost');
  return atTheLab({ protocols, ways, names: mapped }, async (lab, caFile) => {
    const client = new ScriptedClient(await readFile(caFile, 'utf8'), manners);
    for (const way of ways) {
      const targets = lab.doorways
        .filter((door) => door.way === way)
        .flatMap(({ protocol, port }) =>
          names.map((name): Target => ({ protocol, way, port, name })),
        );
      for (let count = 0; count < MOST_CONNECTIONS && !lab.plan(way).isOver; count += 1) {
        const target = targets[count % targets.length];
        if (target !== undefined) await client.connect(target);
      }
    }
  });
}

describe('mail programs at the lab', () => {
  let reports: ReadonlyMap<string, ClientCheckReport>;
  beforeAll(async () => {
    const all = Object.entries(CASES).map(async ([name, its]) => [name, await check(its)] as const);
    reports = new Map(await Promise.all(all));
  }, LIMIT_MS);

  it.each(Object.entries(CASES))('%s', (name, { faults, notes = [] }) => {
    const report = reports.get(name);
    expect(report && faultsOf(report)).toEqual(faults);
    expect(report && notesOf(report)).toEqual(expect.arrayContaining([...notes]));
  });
});
