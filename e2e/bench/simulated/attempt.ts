/** Handshakes that never took place, for showing how the program bears many of them. */
import { randomUUID } from 'node:crypto';
import type {
  CertificateFacts,
  Attempt,
  AttemptId,
  Mechanism,
  NotOfferedReason,
  Outcome,
  PhaseTimes,
  Problem,
} from '../../../shared/model.ts';

/** What is simulated, and what with. */
export interface Simulated extends Pick<Attempt, 'accountId' | 'connectionId'> {
  readonly now: number;
  /** In [0, 1). */
  readonly random: () => number;
  /** The account's switch. */
  readonly reuse: boolean;
  /** How many handshakes the connection has had. */
  readonly earlier: number;
}

const MECHANISMS: readonly Mechanism[] = [
  'tls13-ticket',
  'tls13-ticket',
  'tls12-ticket',
  'session-id',
];
const REASONS: readonly NotOfferedReason[] = ['expired', 'all-in-use', 'nothing-held'];

/** Shares of what becomes of a handshake, as with servers that mostly resume. */
const RESUMED = 0.88;
const FULL = 0.06;
const REFUSED = 0.04;

const PROBLEM: Problem = {
  code: 'timeout',
  message: 'Simulated: the server did not answer in time.',
  serverLine: null,
};

const ISSUED_AT = Date.UTC(2026, 0, 1);
const CERTIFICATE: CertificateFacts = {
  subject: 'CN=simulated.invalid',
  issuer: 'CN=Simulated CA',
  names: ['DNS:simulated.invalid'],
  validFromAt: ISSUED_AT,
  validToAt: ISSUED_AT + 3650 * 86_400_000,
  fingerprint256: Array.from({ length: 32 }, () => '00').join(':'),
  verifiedAt: ISSUED_AT,
};

/** One handshake of a simulated connection; the first of each is full. */
export function simulatedAttempt(simulated: Simulated): Attempt {
  const { accountId, connectionId, now, random } = simulated;
  const outcome = outcomeOf(simulated);
  const hasFailed = outcome.kind === 'failed';
  const isResumed = outcome.kind === 'resumed';
  const tls = isResumed ? 4 + 8 * random() : 15 + 25 * random();
  const phases: PhaseTimes = {
    proxy: null,
    dns: random(),
    tcp: 1 + 10 * random(),
    starttls: null,
    wait: null,
    tls: hasFailed ? null : tls,
    greeting: hasFailed ? null : 5 * random(),
    login: hasFailed ? null : 10 * random(),
    select: hasFailed ? null : 5 * random(),
  };
  const totalMs = Object.values(phases).reduce<number>((sum, time) => sum + (time ?? 0), 0);
  const isTls12 = 'mechanism' in outcome && outcome.mechanism !== 'tls13-ticket';
  return {
    id: randomUUID() as AttemptId,
    accountId,
    connectionId,
    startedAt: Math.round(now - totalMs),
    planned: false,
    outcome,
    phases,
    totalMs: hasFailed ? null : totalMs,
    address: '192.0.2.1',
    handshake: hasFailed
      ? null
      : {
          protocol: isTls12 ? 'TLSv1.2' : 'TLSv1.3',
          cipher: 'TLS_AES_256_GCM_SHA384',
          group: isTls12 ? null : 'X25519MLKEM768',
          certificate: CERTIFICATE,
          descent: isResumed
            ? { fullHandshakeAt: now - 60_000, reuse: simulated.earlier, sharedBy: null }
            : null,
        },
    sentBytes: hasFailed ? null : isResumed ? 900 : 1600,
    receivedBytes: hasFailed ? null : isResumed ? 500 : 4000,
    ticketsReceived: hasFailed || isTls12 ? 0 : 2,
  };
}

function outcomeOf({ random, reuse, earlier }: Simulated): Outcome {
  if (!reuse) return { kind: 'off' };
  if (earlier === 0) return { kind: 'full', reason: 'nothing-held' };
  const share = random();
  const mechanism = oneOf(MECHANISMS, random) ?? 'tls13-ticket';
  if (share < RESUMED) return { kind: 'resumed', mechanism };
  if (share < RESUMED + FULL) return { kind: 'full', reason: oneOf(REASONS, random) ?? 'expired' };
  if (share < RESUMED + FULL + REFUSED) return { kind: 'refused', mechanism };
  return { kind: 'failed', problem: PROBLEM };
}

function oneOf<Thing>(things: readonly Thing[], random: () => number): Thing | undefined {
  return things[Math.floor(random() * things.length)];
}
