/** The server check, from a name to its report. */
import {
  CHECK_SCHEMA_VERSION,
  type AcrossAddresses,
  type CheckAddress,
  type CheckNote,
  type CheckProblem,
  type CheckReport,
  type CheckTarget,
} from '../../../shared/check.ts';
import type { Way } from '../proxy/index.ts';
import { allVisible } from '../../../shared/visible.ts';
import { IS_BORINGSSL, type TlsTrust } from '../tls/index.ts';
import { addressesOf, type CheckedAddress, type Resolve } from './addresses.ts';
import { softwareOf } from './conversation.ts';
import {
  isSameRow,
  NOTHING_SEEN,
  ROWS,
  ticketKeysOf,
  type CheckEvidence,
  type MeasuredHandshake,
  type Row,
} from './evidence.ts';
import { acrossReserve, planRows, reserveFor, type RowPlan } from './limits.ts';
import {
  CheckFailure,
  FORM_WAYS,
  problemOf,
  verdictOf,
  type CheckWays,
} from '../failures/index.ts';
import { RowMeasurement } from './measure-row.ts';
import { notesOf } from './notes.ts';
import { overallVerdict, resultOf, rowVerdict, summaryOf } from './verdict.ts';
import { CheckStopped, Visitor } from './visitor.ts';

/** What to check, and how. */
export interface CheckOptions {
  readonly target: CheckTarget;
  readonly trust: TlsTrust;
  /** Attempts to resume, for each row. */
  readonly attempts: number;
  readonly signal: AbortSignal;
  readonly program: CheckReport['program'];
  readonly resolve?: Resolve;
  /** Which way its connections go; straight there by default. */
  readonly way?: Way;
  /** How its reader can ask for another one; the form's by default. */
  readonly ways?: CheckWays;
  /** Hears of each step as it begins, in words. */
  readonly onStep?: (text: string) => void;
  /** Hears what is known so far, whenever a row is done. */
  readonly onReport?: (report: CheckReport) => void;
  /** Hears once, at the end, what the handshakes took. */
  readonly onMeasured?: (handshakes: readonly MeasuredHandshake[]) => void;
}

/**
 * Runs the check. What is wrong with the server is part of the report.
 *
 * @throws CheckCancelled when `signal` said so; every socket is closed then
 * @throws Error where the PEM text of the trust holds no certificate
 */
export async function runCheck(options: CheckOptions): Promise<CheckReport> {
  const run = new CheckRun(options);
  await run.run();
  options.onMeasured?.(run.measured());
  return run.report();
}

class CheckRun {
  readonly #options: CheckOptions;
  readonly #visitor: Visitor;
  readonly #startedAt = Date.now();
  readonly #startedMonotonic = performance.now();
  readonly #addresses: CheckAddress[] = [];
  /** Why an address could not be tested; the first is the whole check's, where none could. */
  readonly #failures = new Map<string, CheckFailure>();
  readonly #rows: RowMeasurement[] = [];
  readonly #across: AcrossAddresses[] = [];
  /** What the first connection to each address took, but for the very first. */
  readonly #contacts: MeasuredHandshake[] = [];
  #software: string | null = null;
  #stopped: string | null = null;
  /** The problem that ended everything. */
  #fatal: CheckFailure | null = null;

  constructor(options: CheckOptions) {
    this.#options = options;
    this.#visitor = new Visitor(options);
  }

  async run(): Promise<void> {
    try {
      await this.#measure();
    } catch (error) {
      if (error instanceof CheckStopped) this.#stopped = error.message;
      else if (error instanceof CheckFailure) this.#fatal = error;
      else throw error;
    }
  }

  report(): CheckReport {
    const { target, program } = this.#options;
    const tested = this.#rows.flatMap((row) => {
      const verdict = rowVerdict(row);
      return verdict === null ? [] : [resultOf(row, verdict)];
    });
    const results = [...tested, ...this.#untested()];
    const failure = this.#fatal ?? (tested.length === 0 ? this.#firstFailure() : null);
    const verdict = failure === null ? overallVerdict(results) : verdictOf(failure);
    const notes = this.#notes();
    const report: CheckReport = allVisible({
      schemaVersion: CHECK_SCHEMA_VERSION,
      program,
      startedAt: this.#startedAt,
      tookMs: Math.round(performance.now() - this.#startedMonotonic),
      target,
      software: this.#software,
      verdict,
      summary:
        failure === null
          ? summaryOf(verdict, results, this.#across)
          : this.#problemOf(failure).message,
      connections: this.#visitor.connections,
      addresses: this.#addresses,
      results,
      acrossAddresses: this.#across,
      notes,
      stopped: this.#stopped,
      problem: failure === null ? null : this.#problemOf(failure),
    });
    return { ...report, notes: report.notes.map((note, index) => withLines(note, notes[index])) };
  }

  /** A resumed handshake shows no certificate: where an address has several, nothing is known. */
  measured(): readonly MeasuredHandshake[] {
    const measured = this.#rows.flatMap(({ address, protocol, samples }) => {
      const shown = this.#visitor.certificates.filter((known) => known.address === address);
      const [only] = shown;
      if (only === undefined || shown.length > 1) return [];
      const { fingerprint256 } = only.certificate;
      return samples
        .filter(({ resumed, offered }) => resumed || !offered)
        .map(({ resumed, ms }) => ({ protocol, isResumed: resumed, ms, fingerprint256 }));
    });
    return [...this.#contacts, ...measured];
  }

  async #measure(): Promise<void> {
    const { target, signal, way, resolve, attempts } = this.#options;
    this.#step(`looking up ${target.host}`);
    const found = await addressesOf(target, signal, way, resolve);
    const reached: { readonly address: CheckedAddress; readonly rows: readonly Row[] }[] = [];
    for (const address of found) {
      const rows = await this.#contact(address);
      if (rows !== null) reached.push({ address, rows });
    }
    const plan = planRows(Math.max(1, reached.length), ROWS.length, attempts);
    let rowsLeft = reached.length * ROWS.length;
    const across = acrossReserve(Math.max(1, reached.length), ROWS.length);
    for (const { address, rows } of reached) {
      for (const row of ROWS) {
        rowsLeft -= 1;
        const reserve = reserveFor(plan, rowsLeft) + across;
        const measurement = this.#measurement(address.address, row, plan, reserve);
        this.#rows.push(measurement);
        if (rows.includes(row)) await measurement.run();
        else measurement.offered = false;
        this.#options.onReport?.(this.report());
      }
    }
    await this.#offerAcross(reached.map(({ address }) => address.address));
  }

  /** The first connection to an address. @returns the rows that may be spoken there, or `null` */
  async #contact({ address, family }: CheckedAddress): Promise<readonly Row[] | null> {
    this.#step(`connecting to ${address}`);
    try {
      const seen = await this.#visitor.visit({ address, identify: this.#software === null });
      this.#software ??= softwareOf(seen.greeting, seen.identity);
      const { protocol, certificate, ms } = seen;
      if (this.#visitor.connections > 1 && protocol !== null && certificate !== null) {
        const { fingerprint256 } = certificate;
        this.#contacts.push({ protocol, isResumed: false, ms, fingerprint256 });
      }
      this.#addresses.push({ address, family, problem: null, certificate });
      // A server that speaks TLS 1.3 would have chosen it.
      return protocol === 'TLSv1.3' ? ROWS : ROWS.filter(({ protocol }) => protocol !== 'TLSv1.3');
    } catch (error) {
      if (!(error instanceof CheckFailure)) throw error;
      const problem = this.#problemOf(error);
      this.#addresses.push({ address, family, problem, certificate: problem.certificate });
      if (error.kind === 'certificate') throw error;
      this.#failures.set(address, error);
      return null;
    }
  }

  #measurement(address: string, row: Row, plan: RowPlan, reserve: number) {
    const name = `${row.protocol.replace('TLSv', 'TLS ')} ${row.mechanism === 'ticket' ? 'tickets' : 'session IDs'}`;
    return new RowMeasurement({
      visitor: this.#visitor,
      address,
      row,
      plan,
      reserve,
      keys: () => ticketKeysOf(this.#rows.filter((other) => other.address === address)),
      onStep: (text) => {
        this.#step(`${name} at ${address}: ${text}`);
      },
    });
  }

  /** Offers sessions of the first address that resumes at each other one. */
  async #offerAcross(addresses: readonly string[]): Promise<void> {
    for (const row of ROWS) {
      const resuming = addresses
        .map((address) =>
          this.#rows.find((made) => made.address === address && isSameRow(made, row)),
        )
        .filter((made) => made !== undefined && made.resumed > 0);
      const [first, ...others] = resuming;
      if (first === undefined) continue;
      for (const other of others) {
        if (other === undefined || this.#visitor.left < 2) continue;
        this.#step(`offering a session of ${first.address} at ${other.address}`);
        const session = await first.spare();
        if (session === null) continue;
        const resumed = await other.offerFrom(session);
        this.#across.push({ from: first.address, to: other.address, ...row, resumed });
      }
    }
  }

  /** Rows of addresses that could not be tested: last, so that what is known comes first. */
  #untested(): CheckReport['results'] {
    return [...this.#failures].flatMap(([address, failure]) => {
      const verdict = verdictOf(failure) ?? 'unreachable';
      return ROWS.map((row) => resultOf({ ...NOTHING_SEEN, ...row, address }, verdict));
    });
  }

  #problemOf(failure: CheckFailure): CheckProblem {
    const { target, ways = FORM_WAYS } = this.#options;
    return problemOf(failure, target, { ways, at: this.#startedAt });
  }

  #firstFailure(): CheckFailure | null {
    const [first] = this.#failures.values();
    return first ?? null;
  }

  /** A certificate that is not trusted ends the check: all that is left to say is that it is another. */
  #notes(): CheckReport['notes'] {
    const notes = notesOf(this.#evidence(), this.#options.target);
    return this.#fatal === null ? notes : notes.filter(({ id }) => id === 'several-certificates');
  }

  #evidence(): CheckEvidence {
    return {
      rows: this.#rows,
      acrossAddresses: this.#across,
      software: this.#software,
      certificates: this.#visitor.certificates,
      startedAt: this.#startedAt,
      isBoringSsl: IS_BORINGSSL,
    };
  }

  #step(text: string): void {
    this.#options.onStep?.(text);
  }
}

/** Lines to be copied into a configuration are ours, and stay lines. */
function withLines(note: CheckNote, own: CheckNote | undefined): CheckNote {
  if (note.advice === null) return note;
  const configuration = own?.advice?.configuration ?? null;
  return { ...note, advice: { ...note.advice, configuration } };
}
