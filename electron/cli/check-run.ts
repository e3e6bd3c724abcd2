/** The server check on a command line: the world comes in by parameter. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { checkReportJsonSchema, type CheckReport } from '../../shared/check.ts';
import { RepriseError } from '../../shared/errors.ts';
import { readCaFile } from '../core/accounts/ca-file.ts';
import { CheckCancelled } from '../core/failures/index.ts';
import { isResuming, runCheck } from '../core/server-check/index.ts';
import type { TlsTrust } from '../core/tls/index.ts';
import { COMMAND_WAYS, parseCommand, type CheckCommand } from './check-options.ts';
import { tableOf } from './check-table.ts';

/** What a command line has around it. */
export interface Surroundings {
  /** Standard output, as it is. */
  readonly print: (text: string) => void;
  /** Standard error; one line. */
  readonly complain: (line: string) => void;
  /** Shows what is being done at the moment; `null` ends it. */
  readonly progress: (text: string | null) => void;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  readonly program: CheckReport['program'];
}

/** @returns the exit code: 0 something resumes, 1 nothing does, 2 it could not be tested */
export async function runCommand(
  args: readonly string[],
  around: Surroundings,
): Promise<0 | 1 | 2> {
  const parsed = parseCommand(args);
  switch (parsed.kind) {
    case 'help':
      around.print(`${parsed.text}\n`);
      return 0;
    case 'schema':
      around.print(`${JSON.stringify(checkReportJsonSchema(), null, 2)}\n`);
      return 0;
    case 'wrong':
      around.complain(parsed.message);
      return 2;
    case 'run':
      return check(parsed.command, around);
  }
}

async function check(command: CheckCommand, around: Surroundings): Promise<0 | 1 | 2> {
  const { target, attempts, json } = command;
  const { signal, program } = around;
  let report: CheckReport;
  try {
    const trust = await trustOf(command);
    report = await runCheck({
      target,
      trust,
      attempts,
      signal,
      program,
      ways: COMMAND_WAYS,
      onStep: around.progress,
    });
  } catch (error) {
    around.progress(null);
    if (error instanceof CheckCancelled) {
      around.complain('Cancelled; every connection is closed.');
      return 2;
    }
    // Its message is made for the user.
    if (!(error instanceof RepriseError)) throw error;
    around.complain(error.message);
    return 2;
  }
  around.progress(null);
  const { problem } = report;
  if (json) around.print(`${JSON.stringify(report, null, 2)}\n`);
  else if (problem === null) around.print(tableOf(report));
  if (problem !== null) {
    around.complain(problem.message);
    if (problem.serverLine !== null) around.complain(`It said: ${problem.serverLine}`);
    if (problem.certificate !== null) {
      const { subject, issuer, validFromAt, validToAt, fingerprint256 } = problem.certificate;
      around.complain(
        `Certificate: ${subject}, issued by ${issuer}, ${day(validFromAt)} to ${day(validToAt)}, SHA-256 ${fingerprint256}`,
      );
    }
    return 2;
  }
  if (report.verdict === null) {
    around.complain(report.stopped ?? report.summary);
    return 2;
  }
  return isResuming(report.verdict) ? 0 : 1;
}

/** @throws RepriseError when the CA file cannot be used */
async function trustOf({ caFile }: CheckCommand): Promise<TlsTrust> {
  if (caFile === null) return { kind: 'system' };
  let text: string;
  try {
    text = await readFile(caFile, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new RepriseError(
      'bad-ca-file',
      `The CA file ${caFile} cannot be read (${code ?? 'unknown reason'}). Check the path and its permissions.`,
      { cause },
    );
  }
  return { kind: 'ca', pem: readCaFile(text, basename(caFile)).pem };
}

function day(at: number | null): string {
  return at === null ? 'an unknown day' : new Date(at).toISOString().slice(0, 10);
}
