/** A lab on a thread of its own, and what it tells whoever shows it. */
import { networkInterfaces } from 'node:os';
import type { MailProtocol } from '../../../../shared/check.ts';
import type { ClientCheckReport, LabConnection, LabWay } from '../../../../shared/client-check.ts';
import type { LabListening, LabProgress, LabSeen } from '../../../../shared/client-lab.ts';
import { RepriseError, type ErrorData } from '../../../../shared/errors.ts';
import { systemClock, type Clock } from '../../clock.ts';
import { hasTicketKeyHook } from '../../demo/index.ts';
import { readInterfaces } from '../../network/machine.ts';
import { Digests } from '../digests.ts';
import { turnedAwayText } from '../failure-text.ts';
import { whyNotListening } from '../pass-through.ts';
import { ProcessFinder } from '../process-finder.ts';
import { addressesOf, hostToDial } from '../watch-plan.ts';
import { labNames, openLabAuthority } from './authority.ts';
import { Lab, labPorts, MOST_VISITORS } from './lab.ts';
import { judge } from './verdict.ts';

const WAYS: readonly LabWay[] = ['tls', 'starttls'];

/** What a lab is started with. */
export interface LabWishes {
  readonly protocol: MailProtocol;
  readonly listenAddress: string;
  /** For TLS from the first byte; `null` for the usual one, or any where that is taken. */
  readonly listenPort: number | null;
  /** Where its authority lies. */
  readonly folder: string;
  /** Whether all of Node is there: Electron has none of what renews tickets. */
  readonly isPlainNode: boolean;
  readonly program: Pick<ClientCheckReport['program'], 'name' | 'version'>;
}

/** What came of starting one. */
export type LabStarted =
  | { readonly kind: 'listening'; readonly listening: LabListening }
  | { readonly kind: 'cannot'; readonly error: ErrorData };

/** What is new of it since the last time. */
export interface LabDigest {
  /** Of the latest thousand, those that are new or say more. */
  readonly rows: readonly LabConnection[];
  readonly seen: LabSeen;
}

/** What is shown before anything came. */
export const NOTHING_SEEN: LabSeen = {
  ...judge([]),
  connections: 0,
  open: 0,
  progress: [],
  notHere: [],
  notLetIn: null,
};

export class LiveLab implements AsyncDisposable {
  readonly #digests: Digests<LabConnection>;
  #lab: Lab | null = null;
  #about: Pick<ClientCheckReport, 'program' | 'startedAt'> | null = null;

  constructor(tell: (digest: LabDigest) => Promise<void>, clock: Clock = systemClock) {
    this.#digests = new Digests(clock, (rows) => tell({ rows, seen: this.#seen() }));
  }

  async start(wishes: LabWishes): Promise<LabStarted> {
    const { protocol, listenAddress, listenPort, folder, isPlainNode, program } = wishes;
    const { outward } = readInterfaces(networkInterfaces());
    const ports = labPorts(protocol, listenPort);
    try {
      const names = labNames(addressesOf(listenAddress, outward), []);
      const { own, untrusted, authority } = await openLabAuthority(folder, names, Date.now());
      const lab = await listen(listenAddress, listenPort ?? ports[0]?.port ?? 0, () =>
        Lab.start(
          {
            ports,
            listenAddress,
            names: [],
            hasOtherPort: false,
            own,
            untrusted,
            processes: new ProcessFinder(),
            canRenew: isPlainNode && hasTicketKeyHook(),
          },
          (connection) => {
            this.#digests.add(connection);
          },
        ),
      );
      this.#lab = lab;
      const { node, openssl } = process.versions;
      this.#about = {
        program: { ...program, engine: `Node ${node}, OpenSSL ${openssl}` },
        startedAt: Date.now(),
      };
      const doorways = lab.doorways.map(({ way, address, port, reach }) => {
        return { protocol, way, address, port, reach, insteadOf: lab.insteadOf(port) };
      });
      const host = hostToDial(listenAddress, outward);
      return { kind: 'listening', listening: { doorways, host, authority } };
    } catch (error) {
      if (error instanceof RepriseError) return { kind: 'cannot', error: error.toData() };
      throw error;
    }
  }

  /** What was seen so far; `null` where it never listened. */
  report(): ClientCheckReport | null {
    if (this.#lab === null || this.#about === null) return null;
    const hasEnded = this.#lab.isOver || this.#lab.count === 0;
    const problem = hasEnded ? null : 'It was ended before the plan was.';
    return this.#lab.report({ ...this.#about, problem }, new Set());
  }

  /** Cuts off its connections. @returns what was seen to the end, after the last digest */
  async stop(): Promise<ClientCheckReport | null> {
    await this.#lab?.[Symbol.asyncDispose]();
    await this.#digests.end();
    return this.report();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  #seen(): LabSeen {
    const lab = this.#lab;
    if (lab === null) return NOTHING_SEEN;
    const { count, open, notLetIn, steps } = lab;
    const notHere = steps.filter(({ state }) => state === 'not-here').map(({ step }) => step);
    return {
      ...judge(lab.connections()),
      connections: count,
      open,
      progress: WAYS.flatMap((way) => progressOf(lab, way)),
      notHere: [...new Set(notHere)],
      notLetIn: turnedAwayText(notLetIn, MOST_VISITORS),
    };
  }
}

/** @throws RepriseError `invalid-input`, with the field, where it cannot be listened there */
async function listen(address: string, port: number, start: () => Promise<Lab>): Promise<Lab> {
  try {
    return await start();
  } catch (error) {
    const { message, field } = whyNotListening(error, address, port, 'lab');
    throw new RepriseError('invalid-input', message, { field });
  }
}

function progressOf(lab: Lab, way: LabWay): readonly LabProgress[] {
  const { hasBegun, next, steps } = lab.plan(way);
  if (!hasBegun) return [];
  const at = steps.findIndex(
    ({ step, variant }) => step === next?.step && variant === next.variant,
  );
  const done = next === null ? steps.length : at;
  return [{ way, done, of: steps.length, next: next?.step ?? null }];
}
