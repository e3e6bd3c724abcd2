/**
 * `npm run watch-client`: watches the handshakes of any mail program with its own server, on a command
 * line. In the order of reading: what was typed, the watch and its end, the table as it goes.
 */
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import type { WatchedConnection } from '../../shared/your-client.ts';
import { readVersion } from '../build/build.ts';
import { parseTarget } from '../core/server-check/index.ts';
import {
  endText,
  MOST_OPEN,
  NoServer,
  offerText,
  outcomeText,
  PassThrough,
  ProcessFinder,
  programText,
  reachOf,
  ServerAddresses,
  WatchLog,
  type WatchNews,
} from '../core/your-client/index.ts';
import { firstSentence } from '../host/options.ts';

interface WatchCommand {
  readonly host: string;
  readonly port: number;
  readonly hasPlainStart: boolean;
  readonly scheme: 'imap' | 'smtp' | 'pop3';
  readonly listenAddress: string;
  readonly listenPort: number;
  /** `null` where DNS is asked. */
  readonly to: string | null;
  readonly json: boolean;
}

type ParsedCommand =
  | { readonly kind: 'run'; readonly command: WatchCommand }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

const USAGE = `npm run watch-client -- [imap|smtp|pop3://]HOST[:PORT] [options]

Passes a mail program's connections on to its server, and says of each whether it
offered a TLS session and whether the server took it up. Changes no byte, holds no key.

  --port N          listen on port N (0 = any free port; default 10993, 10143, 10465,
                    10587, 10995 or 10110, by the server's port)
  --listen ADDRESS  listen on this address of the machine (default 127.0.0.1)
  --to ADDRESS      the server's address, where its name does not lead there
  --json            at the end, print one JSON document and nothing else
  --help            show this

It runs until Ctrl-C. Exit code 2: it could not begin.`;

const MAX_PORT = 65_535;
/** By protocol and security, as the registry of IANA has the ports themselves, and 10,000 above. */
const LISTEN_PORTS = {
  imap: { tls: 10_993, starttls: 10_143 },
  smtp: { tls: 10_465, starttls: 10_587 },
  pop3: { tls: 10_995, starttls: 10_110 },
} as const;

/** Reads the arguments after the program's name. Touches nothing outside of them. */
function parseCommand(args: readonly string[]): ParsedCommand {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        listen: { type: 'string', default: '127.0.0.1' },
        to: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return wrong(firstSentence(error));
  }
  const { values, positionals } = parsed;
  if (values.help) return { kind: 'help' };
  const [server, ...more] = positionals;
  if (server === undefined)
    return wrong('Say which server the program talks to, such as imap.example.org:993.');
  if (more.length > 0) return wrong('One server at a time can be watched.');
  const parsedTarget = parseTarget({ server, starttls: false, servername: null });
  if (parsedTarget.kind === 'wrong') return wrong(parsedTarget.message);
  const { host, port, protocol, security } = parsedTarget.target;
  const listenPort =
    values.port === undefined ? LISTEN_PORTS[protocol][security] : readPort(values.port);
  if (listenPort === null)
    return wrong(`--port takes a whole number from 0 to ${MAX_PORT}, not "${values.port}".`);
  if (isIP(values.listen) === 0)
    return wrong(
      `--listen takes an address of this machine, such as 127.0.0.1, not "${values.listen}".`,
    );
  if (values.to !== undefined && isIP(values.to) === 0)
    return wrong(`--to takes an address, such as 192.0.2.1, not "${values.to}".`);
  return {
    kind: 'run',
    command: {
      host,
      port,
      hasPlainStart: security === 'starttls',
      scheme: protocol,
      listenAddress: values.listen,
      listenPort,
      to: values.to ?? null,
      json: values.json,
    },
  };
}

function readPort(text: string): number | null {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= MAX_PORT ? port : null;
}

function wrong(message: string): ParsedCommand {
  return { kind: 'wrong', message: `${message} Use --help to see how.` };
}

/** @returns the exit code: 0 it was stopped, 2 it could not begin */
async function main(args: readonly string[]): Promise<0 | 2> {
  const parsed = parseCommand(args);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(`${USAGE}\n`);
      return 0;
    case 'wrong':
      complain(parsed.message);
      return 2;
    case 'run':
      return watch(parsed.command);
  }
}

async function watch(command: WatchCommand): Promise<0 | 2> {
  const { host, port, json } = command;
  const table = new Table(json ? process.stderr : process.stdout);
  const log = new WatchLog((connection, news) => {
    table.changed(connection, news);
  });
  const startedAt = Date.now();
  const addresses = new ServerAddresses(host, command.to);
  let pass: PassThrough;
  try {
    pass = await PassThrough.start(
      {
        host,
        port,
        addresses,
        listenAddress: command.listenAddress,
        listenPort: command.listenPort,
        processes: new ProcessFinder(),
      },
      log,
    );
  } catch (error) {
    complain(error instanceof NoServer ? error.message : whyNotListening(error, command));
    return 2;
  }
  const found = await addresses.find();
  const { listening } = pass;
  table.say(introduction(command, listening, found));
  table.begin();
  await stopped;
  const report = log.report({
    program: { name: 'Reprise', version: await readVersion() },
    startedAt,
    server: { host, port, addresses: [...found] },
    listening: { ...listening, reach: reachOf(listening.address) },
  });
  await pass[Symbol.asyncDispose]();
  table.end();
  if (log.notLetIn > 0) {
    table.say(
      `${log.notLetIn} connections were not let in: ${MOST_OPEN} were open at once, or the machine had no more. Does the way to the server lead back here?`,
    );
  }
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else table.say(report.summary);
  return 0;
}

/** Where it listens, who can reach it, and how to point a program at it. */
function introduction(
  { host, port, scheme, hasPlainStart }: WatchCommand,
  listening: { readonly address: string; readonly port: number },
  found: readonly string[],
): string {
  const isAnywhere = listening.address === '0.0.0.0' || listening.address === '::';
  const address = isAnywhere ? "this machine's address" : listening.address;
  const url = hasPlainStart ? scheme : `${scheme}s`;
  const curlTo = isAnywhere ? 'ADDRESS' : bracketed(listening.address);
  return [
    `Listening at ${listening.address} port ${listening.port}, for ${host} port ${port} (${found.join(', ')}).`,
    ...(reachOf(listening.address) === 'network'
      ? ['OTHERS IN THE NETWORK REACH IT, and through it the server, as if from this machine.']
      : []),
    '',
    `The certificate is the server's own, so your program has to go on dialling ${host}, and arrive here:`,
    `  curl         curl --connect-to ${host}:${port}:${curlTo}:${listening.port} ${url}://${host}:${port}/`,
    `  a program    with a setting for the address to connect to: ${address} port ${listening.port}`,
    `  any other    the line "${isAnywhere ? 'ADDRESS' : listening.address} ${host}" in the hosts file, and port ${listening.port} in the program;`,
    '               take the line out again when you are done',
    'Ctrl-C ends it, and sums up.',
    '',
  ].join('\n');
}

function bracketed(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

function whyNotListening(error: unknown, command: WatchCommand): string {
  const { code } = error as NodeJS.ErrnoException;
  const { listenAddress, listenPort } = command;
  const remedy = 'Choose another one with --port N, or let the system choose with --port 0.';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${listenPort} of ${listenAddress} is in use, perhaps by another watch-client. ${remedy}`;
    case 'EACCES':
      return `Port ${listenPort} may not be used by this user. ${remedy}`;
    case 'EADDRNOTAVAIL':
      return `${listenAddress} is no address of this machine. Give one with --listen ADDRESS.`;
    case undefined:
      throw error;
    default:
      return `It cannot listen at ${listenAddress} port ${listenPort} (${code}). ${remedy}`;
  }
}

const HEAD = ['#', 'Time', 'Program', 'Name', 'TLS', 'Reuse', 'Session', 'Closed'];
const WIDTHS = [4, 8, 20, 24, 12, 32, 22, 0];
/** A row waits so long for its end, so that most have one row, and one that lasts is seen at once. */
const PATIENCE_MS = 1000;
/** Unread output; beyond it rows are left out, and counted. */
const MOST_UNREAD = 1024 * 1024;

/** A row that is not shown yet. */
interface Waiting {
  readonly sinceMs: number;
  readonly row: WatchedConnection;
  readonly isOver: boolean;
}

/** Rows of connections, as they become known. */
class Table {
  readonly #out: NodeJS.WriteStream;
  readonly #waiting = new Map<number, Waiting>();
  readonly #shown = new Set<number>();
  #timer: NodeJS.Timeout | null = null;
  #leftOut = 0;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
    // Whoever read it has gone; the report may still be wanted.
    out.on('error', () => undefined);
  }

  say(text: string): void {
    this.#out.write(`${text}\n`);
  }

  begin(): void {
    this.say(line(HEAD));
    this.#timer = setInterval(() => {
      this.#show(performance.now() - PATIENCE_MS);
    }, PATIENCE_MS / 4);
  }

  changed(row: WatchedConnection, news: WatchNews): void {
    const { number, outcome, program } = row;
    if (this.#shown.has(number)) {
      if (news !== 'over') return;
      this.#shown.delete(number);
      this.#row(`#${number} is over: ${outcomeText(outcome)}, ${endText(row)}.`);
      return;
    }
    const before = this.#waiting.get(number);
    if (
      before === undefined &&
      (news === 'late' || (news === 'changed' && outcome.kind === 'pending'))
    )
      return;
    const isOver = news === 'over' || before?.isOver === true;
    const sinceMs = before?.sinceMs ?? performance.now();
    this.#waiting.set(number, { sinceMs, row, isOver });
    if (isOver && program.kind !== 'pending') this.#showOne(number);
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#show(Number.POSITIVE_INFINITY);
    if (this.#leftOut > 0) this.say(`… and ${this.#leftOut} rows that were not shown.`);
  }

  #show(untilMs: number): void {
    for (const [number, { sinceMs }] of this.#waiting) {
      if (sinceMs <= untilMs) this.#showOne(number);
    }
  }

  #showOne(number: number): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (waiting === undefined) return;
    if (!waiting.isOver) this.#shown.add(number);
    this.#row(line(cellsOf(waiting.row)));
  }

  #row(text: string): void {
    if (this.#out.writableLength > MOST_UNREAD) this.#leftOut += 1;
    else this.say(text);
  }
}

function cellsOf(row: WatchedConnection): string[] {
  const { number, startedAt, program, serverName, version, begins, offers, outcome } = row;
  const how = begins === 'starttls' ? ' STARTTLS' : '';
  return [
    String(number),
    new Date(startedAt).toTimeString().slice(0, 8),
    programText(program),
    serverName ?? (begins === null ? '–' : 'none sent'),
    version === null ? '–' : `${version.replace('TLSv', '')}${how}`,
    outcomeText(outcome),
    offerText(offers),
    endText(row),
  ];
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, column) => cell.padEnd(WIDTHS[column] ?? 0))
    .join('  ')
    .trimEnd();
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Ctrl-C. */
const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    stop();
  });
}
process.exitCode = await main(process.argv.slice(2));
