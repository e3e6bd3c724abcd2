/** A lab of its own for one program, and what it finds of it. */
import type { ClientCheckReport, ClientFinding } from '../../shared/client-check.ts';
import type { FindingId } from '../../shared/client-findings.ts';
import { temporaryFolder } from '../../electron/core/storage/testing/temporary-folder.ts';
import { Lab, labNames, openLabAuthority } from '../../electron/core/your-client/lab/index.ts';
import { ProcessFinder } from '../../electron/core/your-client/index.ts';
import type { Protocol, Way } from './node/conversation.ts';

export interface LabWishes {
  readonly protocols?: readonly Protocol[];
  readonly ways?: readonly Way[];
  /** Beside `localhost` and addresses. */
  readonly names?: readonly string[];
}

/** @param use takes the program through the plan */
export async function atTheLab(
  { protocols = ['imap'], ways = ['tls'], names = [] }: LabWishes,
  use: (lab: Lab, caFile: string) => Promise<void>,
): Promise<ClientCheckReport> {
  await using folder = await temporaryFolder();
  const startedAt = Date.now();
  const { own, untrusted, caFile } = await openLabAuthority(
    folder.path,
    labNames([], names),
    startedAt,
  );
  await using lab = await Lab.start(
    {
      ports: protocols.flatMap((protocol) =>
        ways.map((way) => ({ protocol, way, port: 0, isOptional: false })),
      ),
      listenAddress: '127.0.0.1',
      names,
      hasOtherPort: protocols.length > 1,
      own,
      untrusted,
      processes: new ProcessFinder(),
    },
    () => undefined,
  );
  await use(lab, caFile);
  const program = { name: 'Reprise', version: 'test', engine: 'test' } as const;
  return lab.report({ program, startedAt, problem: null }, new Set());
}

/** What makes a verdict bad. */
export function faultsOf({ findings }: Pick<ClientCheckReport, 'findings'>): readonly FindingId[] {
  return findings.filter(isFault).map(({ id }) => id);
}

/** Notes and hints. */
export function notesOf({ findings }: Pick<ClientCheckReport, 'findings'>): readonly FindingId[] {
  return findings.filter((finding) => !isFault(finding)).map(({ id }) => id);
}

function isFault({ weight }: ClientFinding): boolean {
  return weight === 'grave' || weight === 'fault';
}
