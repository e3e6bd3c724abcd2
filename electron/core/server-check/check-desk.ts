/** Runs server checks for the interface, and keeps the latest ones in the state. */
import { randomUUID } from 'node:crypto';
import { DEFAULT_ATTEMPTS, type CheckReport, type CheckTarget } from '../../../shared/check.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { SystemTrust } from '../../../shared/contract.ts';
import type { CheckId, ServerCheck } from '../../../shared/model.ts';
import { isSameHost } from '../../../shared/server-names.ts';
import { type AccountTrust, seenTrust } from '../accounts/index.ts';
import type { Clock } from '../clock.ts';
import type { EngineState } from '../state/index.ts';
import { CheckCancelled, CheckFailure } from '../failures/index.ts';
import type { Way } from '../proxy/index.ts';
import type { MeasuredHandshake } from './evidence.ts';
import { runCheck } from './run-check.ts';
import { Visitor, type VisitorOptions } from './visitor.ts';

/** More at a time would only slow each other down. */
const MAX_RUNNING = 4;
/** Older ones are dropped. */
const MAX_KEPT = 20;

/** Everything that a check needs, so that it can be run again. */
export interface CheckRequest {
  readonly target: CheckTarget;
  readonly trust: AccountTrust;
  /** `null` for the usual number. */
  readonly attempts: number | null;
  /** Which way its connections go, asked when it runs: it may be run again under another choice. */
  readonly way: () => Way;
}

interface Job {
  readonly request: CheckRequest;
  readonly cancel: AbortController;
}

/** The owner of all checks that the interface started. */
export class CheckDesk {
  readonly #state: EngineState;
  readonly #clock: Clock;
  readonly #onMeasured;
  readonly #jobs = new Map<CheckId, Job>();
  readonly #closing = new AbortController();

  /** @param onMeasured hears what handshakes with a server took, when a check has made them */
  constructor(
    state: EngineState,
    clock: Clock,
    onMeasured: (target: CheckTarget, handshakes: readonly MeasuredHandshake[]) => void,
  ) {
    this.#state = state;
    this.#onMeasured = onMeasured;
    this.#clock = clock;
  }

  /** @throws RepriseError `invalid-input` when too many run already */
  start(request: CheckRequest): CheckId {
    const running = this.#state.list('checks').filter(({ state }) => state.kind === 'running');
    if (running.length >= MAX_RUNNING) {
      throw new RepriseError(
        'invalid-input',
        `${MAX_RUNNING} checks are running already. Wait for one of them, or cancel it.`,
      );
    }
    const id = randomUUID() as string as CheckId;
    const job: Job = { request, cancel: new AbortController() };
    this.#jobs.set(id, job);
    const { target, trust } = request;
    this.#state.put('checks', {
      id,
      target,
      trust: seenTrust(trust),
      startedAt: this.#clock.now(),
      state: { kind: 'running', step: 'starting' },
      report: null,
      previous: this.#latestOf(target),
    });
    this.#dropOld();
    void this.#run(id, job);
    return id;
  }

  /** @throws RepriseError `not-found` */
  repeat(id: CheckId): CheckId {
    return this.start(this.#mustGet(id).request);
  }

  /** @throws RepriseError `not-found` */
  cancel(id: CheckId): void {
    this.#mustGet(id).cancel.abort();
  }

  /** What the system's authorities say of a server; does not count as a check. */
  systemTrust(target: CheckTarget, way: Way): Promise<SystemTrust> {
    return lookAtServer({
      target,
      trust: { kind: 'system' },
      signal: this.#closing.signal,
      way,
    });
  }

  /** Ends them all. */
  close(): void {
    this.#closing.abort();
    for (const { cancel } of this.#jobs.values()) cancel.abort();
  }

  /** Never rejects. */
  async #run(id: CheckId, { request, cancel }: Job): Promise<void> {
    const { version, engine } = this.#state.get('app');
    try {
      const report = await runCheck({
        target: request.target,
        trust: request.trust,
        way: request.way(),
        attempts: request.attempts ?? DEFAULT_ATTEMPTS,
        signal: cancel.signal,
        program: { name: 'Reprise', version, engine },
        onStep: (step) => {
          this.#change(id, { state: { kind: 'running', step } });
        },
        onMeasured: (handshakes) => {
          this.#onMeasured(request.target, handshakes);
        },
        onReport: (report) => {
          this.#change(id, { report });
        },
      });
      this.#change(id, { state: { kind: 'done' }, report });
    } catch (error) {
      this.#change(id, {
        state:
          error instanceof CheckCancelled
            ? { kind: 'cancelled' }
            : { kind: 'failed', message: error instanceof Error ? error.message : String(error) },
      });
    }
  }

  #change(id: CheckId, change: Partial<ServerCheck>): void {
    const check = this.#state.find('checks', id);
    if (check !== undefined) this.#state.put('checks', { ...check, ...change });
  }

  #latestOf(target: CheckTarget): CheckReport | null {
    const same = this.#state
      .list('checks')
      .findLast((check) => check.state.kind === 'done' && isSame(check.target, target));
    return same?.report ?? null;
  }

  #dropOld(): void {
    const over = this.#state
      .list('checks')
      .filter(({ state }) => state.kind !== 'running')
      .slice(0, Math.max(0, this.#jobs.size - MAX_KEPT));
    for (const { id } of over) {
      this.#jobs.delete(id);
      this.#state.remove('checks', id);
    }
  }

  #mustGet(id: CheckId): Job {
    const job = this.#jobs.get(id);
    if (job !== undefined) return job;
    throw new RepriseError('not-found', 'This check is no longer there. Start it anew.');
  }
}

function isSame(one: CheckTarget, other: CheckTarget): boolean {
  return (
    isSameHost(one.host, other.host) &&
    one.port === other.port &&
    one.protocol === other.protocol &&
    one.security === other.security
  );
}

/**
 * Looks at the server's certificate and judges it by `trust`. A server that is not trusted hears
 * nothing but, where that is needed, STARTTLS; no session is offered or kept.
 *
 * @throws Error where the PEM text of `trust` holds no certificate
 */
export async function lookAtServer(options: VisitorOptions): Promise<SystemTrust> {
  const visitor = new Visitor(options);
  try {
    const { certificate } = await visitor.visit({ address: options.target.host });
    return { fingerprint256: certificate?.fingerprint256 ?? null, trusted: certificate !== null };
  } catch (error) {
    if (error instanceof CheckCancelled) return { fingerprint256: null, trusted: false };
    if (!(error instanceof CheckFailure)) throw error;
    return { fingerprint256: error.facts.certificate?.fingerprint256 ?? null, trusted: false };
  }
}
