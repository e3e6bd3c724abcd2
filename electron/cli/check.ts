/**
 * `npm run check`: the server check on a command line. In the order of reading: what was typed, the
 * check and what its end means, the report as a table.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import {
  checkReportJsonSchema,
  DEFAULT_ATTEMPTS,
  MAX_ATTEMPTS,
  type CheckNote,
  type CheckReport,
  type CheckResult,
  type CheckTarget,
  type Spread,
} from '../../shared/check.ts';
import { RepriseError } from '../../shared/errors.ts';
import { visible } from '../../shared/visible.ts';
import { readVersion } from '../build/build.ts';
import { readCaFile } from '../core/accounts/ca-file.ts';
import { CheckCancelled, type CheckWays } from '../core/failures/index.ts';
import { isResuming, parseTarget, runCheck } from '../core/server-check/index.ts';
import type { TlsTrust } from '../core/tls/index.ts';
import { firstSentence } from '../host/options.ts';

/** What the command line asks for. */
interface CheckCommand {
  readonly target: CheckTarget;
  /** `null` for the system's authorities. */
  readonly caFile: string | null;
  readonly attempts: number;
  readonly json: boolean;
}

type ParsedCommand =
  | { readonly kind: 'run'; readonly command: CheckCommand }
  | { readonly kind: 'help'; readonly text: string }
  /** The JSON Schema of the report is asked for. */
  | { readonly kind: 'schema' }
  | { readonly kind: 'wrong'; readonly message: string };

/** What to type to ask for another check. */
const COMMAND_WAYS: CheckWays = {
  starttls: 'use --starttls',
  servername: 'give that name by --servername NAME',
  caFile: 'give the certificate of its authority by --ca FILE',
};

const USAGE = `npm run check -- [imap|smtp|pop3://]HOST[:PORT] [options]

Says whether a mail server resumes TLS sessions, and if not, why. Never logs in.
The ports 993, 143, 465, 587, 25, 995 and 110 imply protocol and security.

  --starttls         begin in plain text and ask for TLS (STARTTLS, STLS)
  --servername NAME  the name in the certificate, where it is not HOST
  --ca FILE          trust the certificates of this PEM file, and no others
  --attempts N       attempts to resume, for each version and mechanism (default ${DEFAULT_ATTEMPTS})
  --json             print one JSON document and nothing else
  --schema           print the JSON Schema of that document
  --help             show this

Exit code 0: something resumes. 1: nothing does. 2: the server could not be tested.`;

/** Reads the arguments after the program's name. Touches nothing outside of them. */
function parseCommand(args: readonly string[]): ParsedCommand {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        starttls: { type: 'boolean', default: false },
        servername: { type: 'string' },
        ca: { type: 'string' },
        attempts: { type: 'string' },
        json: { type: 'boolean', default: false },
        schema: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return wrong(firstSentence(error));
  }
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help', text: USAGE };
  if (values.schema) return { kind: 'schema' };
  const [server, ...more] = positionals;
  if (server === undefined) return wrong('Say which server to check, such as imap.example.org.');
  if (more.length > 0) return wrong('One server at a time can be checked.');
  const attempts = values.attempts === undefined ? DEFAULT_ATTEMPTS : Number(values.attempts);
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > MAX_ATTEMPTS)
    return wrong(`--attempts takes a whole number from 1 to ${MAX_ATTEMPTS}.`);
  if (values.ca?.trim() === '') return wrong('--ca takes the path of a PEM file.');
  const parsedTarget = parseTarget({
    server,
    starttls: values.starttls,
    servername: values.servername ?? null,
  });
  if (parsedTarget.kind === 'wrong') return wrong(parsedTarget.message);
  const { target } = parsedTarget;
  return {
    kind: 'run',
    command: { target, caFile: values.ca ?? null, attempts, json: values.json },
  };
}

function wrong(message: string): ParsedCommand {
  return { kind: 'wrong', message: `${message} Use --help to see how.` };
}

/** @returns the exit code: 0 something resumes, 1 nothing does, 2 it could not be tested */
async function main(args: readonly string[]): Promise<0 | 1 | 2> {
  const parsed = parseCommand(args);
  switch (parsed.kind) {
    case 'help':
      print(`${parsed.text}\n`);
      return 0;
    case 'schema':
      print(`${JSON.stringify(checkReportJsonSchema(), null, 2)}\n`);
      return 0;
    case 'wrong':
      complain(parsed.message);
      return 2;
    case 'run':
      return check(parsed.command);
  }
}

async function check(command: CheckCommand): Promise<0 | 1 | 2> {
  const { target, attempts, json } = command;
  let report: CheckReport;
  try {
    const trust = await trustOf(command);
    report = await runCheck({
      target,
      trust,
      attempts,
      signal: cancel.signal,
      program: {
        name: 'Reprise',
        version: await readVersion(),
        engine: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
      },
      ways: COMMAND_WAYS,
      onStep: showProgress,
    });
  } catch (error) {
    showProgress(null);
    if (error instanceof CheckCancelled) {
      complain('Cancelled; every connection is closed.');
      return 2;
    }
    // Its message is made for the user.
    if (!(error instanceof RepriseError)) throw error;
    complain(error.message);
    return 2;
  }
  showProgress(null);
  const { problem } = report;
  if (json) print(`${JSON.stringify(report, null, 2)}\n`);
  else if (problem === null) print(tableOf(report));
  if (problem !== null) {
    complain(problem.message);
    if (problem.serverLine !== null) complain(`It said: ${problem.serverLine}`);
    if (problem.certificate !== null) {
      const { subject, issuer, validFromAt, validToAt, fingerprint256 } = problem.certificate;
      complain(
        `Certificate: ${subject}, issued by ${issuer}, ${day(validFromAt)} to ${day(validToAt)}, SHA-256 ${fingerprint256}`,
      );
    }
    return 2;
  }
  if (report.verdict === null) {
    complain(report.stopped ?? report.summary);
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

const HEAD = [
  'Address',
  'Version',
  'Mechanism',
  'Issued',
  'Lifetime',
  'Resumed',
  'Twice',
  'Full',
  'Resumption',
  'Verdict',
];

/** The whole report as text for people. */
function tableOf(report: CheckReport): string {
  const { target, software, notes, stopped, connections, tookMs } = report;
  const lines = [
    `${target.protocol.toUpperCase()} ${target.host} port ${target.port}, ${target.security === 'tls' ? 'TLS' : 'STARTTLS'}${software === null ? '' : `, ${software}`}`,
    '',
    ...aligned([HEAD, ...report.results.map(cellsOf)]),
    '',
    ...report.acrossAddresses.map(
      ({ from, to, protocol, mechanism, resumed }) =>
        `A session of ${from} (${protocol}, ${mechanism}) ${resumed ? 'resumed' : 'was refused'} at ${to}.`,
    ),
    report.summary,
    ...(stopped === null ? [] : [stopped]),
    ...notes.flatMap(noteLines),
    '',
    `${connections} connections in ${(tookMs / 1000).toFixed(1)} s.`,
  ];
  return `${lines.join('\n')}\n`;
}

function cellsOf(result: CheckResult): string[] {
  const { issuedOnFull, issuedOnResumption, lifetimeSeconds, attempts, sameTicketTwice } = result;
  return [
    result.address,
    result.protocol.replace('TLSv', 'TLS '),
    result.mechanism,
    issuedOnFull === null ? '–' : `${issuedOnFull} + ${issuedOnResumption ?? '–'}`,
    lifetimeSeconds === null ? '–' : `${lifetimeSeconds} s`,
    attempts === 0 ? '–' : `${result.resumed} of ${attempts}`,
    sameTicketTwice === null ? '–' : sameTicketTwice ? 'yes' : 'no',
    costText(result.full),
    costText(result.resumption),
    result.verdict,
  ];
}

function costText(cost: CheckResult['full']): string {
  return cost === null ? '–' : `${spread(cost.ms)} ms, ${cost.receivedBytes.median} B`;
}

/** Median, and how far the samples lie apart. */
function spread({ median, low, high }: Spread): string {
  return `${median.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
}

function noteLines({ id, confidence, text, evidence, advice }: CheckNote): string[] {
  return [
    '',
    `${id} (${confidence}): ${text}`,
    `  ${evidence}`,
    ...(advice === null ? [] : [`  → ${advice.text}`]),
    ...(advice?.configuration?.split('\n').map((line) => `      ${line}`) ?? []),
    ...(typeof advice?.cost === 'string' ? [`  It costs: ${advice.cost}`] : []),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** To standard output, as it is. */
function print(text: string): void {
  process.stdout.write(text);
}

function complain(text: string): void {
  for (const line of text.split('\n')) process.stderr.write(`${visible(line)}\n`);
}

/** Says what is being done at the moment; `null` ends it. */
function showProgress(text: string | null): void {
  if (process.stderr.isTTY) {
    // Writes over the line before, and clears what is left of it.
    process.stderr.write(`\r\u001B[K${text === null ? '' : `… ${text}`}`);
  } else if (text !== null) process.stderr.write(`… ${text}\n`);
}

/** Ctrl-C. */
const cancel = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    cancel.abort();
  });
}
process.exitCode = await main(process.argv.slice(2));
