/**
 * `npm run watch-client`: watches the handshakes of any mail program with its own server, on a command
 * line. In the order of reading: what was typed, the watch and its end, the table as it goes.
 */
import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import {
  connectionLine,
  endText,
  outcomeText,
  WATCH_COLUMNS,
  watchLine,
} from '../../shared/watched-words.ts';
import type { Pointing, WatchedConnection } from '../../shared/your-client.ts';
import { readVersion } from '../build/build.ts';
import { readInterfaces } from '../core/network/machine.ts';
import {
  CannotWatch,
  notLetInText,
  PassThrough,
  planOf,
  pointingAt,
  ProcessFinder,
  reachOf,
  RelayChain,
  ServerAddresses,
  WatchLog,
  type WatchNews,
  type WatchPlan,
} from '../core/your-client/index.ts';
import { firstSentence } from '../host/options.ts';

type ParsedCommand =
  | { readonly kind: 'run'; readonly plan: WatchPlan; readonly json: boolean }
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

/** How what is asked for is given on a command line. */
const OPTIONS: Readonly<Partial<Record<CannotWatch['field'], string>>> = {
  listenPort: '--port N',
  listenAddress: '--listen ADDRESS',
  to: '--to ADDRESS',
};

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
  const [server = '', ...more] = positionals;
  if (more.length > 0) return wrong('One server at a time can be watched.');
  try {
    const plan = planOf({
      server,
      starttls: false,
      listenPort: values.port ?? '',
      listenAddress: values.listen,
      to: values.to ?? '',
    });
    return { kind: 'run', plan, json: values.json };
  } catch (error) {
    if (error instanceof CannotWatch) return wrong(sentenceOf(error));
    throw error;
  }
}

function wrong(message: string): ParsedCommand {
  return { kind: 'wrong', message: `${message} Use --help to see how.` };
}

function sentenceOf({ message, field }: CannotWatch): string {
  const option = OPTIONS[field];
  return option === undefined ? message : `${option}: ${message}`;
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
      return watch(parsed.plan, parsed.json);
  }
}

async function watch(plan: WatchPlan, json: boolean): Promise<0 | 2> {
  const { host, port } = plan.server;
  const table = new Table(json ? process.stderr : process.stdout);
  const log = new WatchLog((connection, news) => {
    table.changed(connection, news);
  });
  const startedAt = Date.now();
  const addresses = new ServerAddresses(host, plan.to);
  await using chain = await RelayChain.open();
  let pass: PassThrough;
  try {
    pass = await PassThrough.start(
      {
        host,
        port,
        addresses,
        listenAddress: plan.listenAddress,
        listenPort: plan.listenPort,
        processes: new ProcessFinder(),
        chain,
      },
      log,
    );
  } catch (error) {
    if (!(error instanceof CannotWatch)) throw error;
    complain(sentenceOf(error));
    return 2;
  }
  const found = await addresses.find();
  const { listening } = pass;
  const { outward } = readInterfaces(networkInterfaces());
  table.say(introduction(plan, listening, found, pointingAt(plan.server, listening, outward)));
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
  const notLetIn = notLetInText(log.notLetIn);
  if (notLetIn !== null) table.say(notLetIn);
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else table.say(report.summary);
  return 0;
}

/** Where it listens, who can reach it, and how to point a program at it. */
function introduction(
  { server: { host, port } }: WatchPlan,
  listening: { readonly address: string; readonly port: number },
  found: readonly string[],
  pointing: Pointing,
): string {
  const { address, hostsLine, curl } = pointing;
  return [
    `Listening at ${listening.address} port ${listening.port}, for ${host} port ${port} (${found.join(', ')}).`,
    ...(reachOf(listening.address) === 'network'
      ? ['OTHERS IN THE NETWORK REACH IT, and through it the server, as if from this machine.']
      : []),
    '',
    `The certificate is the server's own, so your program has to go on dialling ${host}, and arrive here:`,
    `  curl         ${curl}`,
    `  a program    with a setting for the address to connect to: ${address} port ${listening.port}`,
    ...(hostsLine === null
      ? []
      : [
          `  any other    the line "${hostsLine}" in the hosts file, and port ${listening.port} in the program;`,
          '               take the line out again when you are done',
        ]),
    'Ctrl-C ends it, and sums up.',
    '',
  ].join('\n');
}

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
    this.say(watchLine(WATCH_COLUMNS));
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
    this.#row(connectionLine(waiting.row));
  }

  #row(text: string): void {
    if (this.#out.writableLength > MOST_UNREAD) this.#leftOut += 1;
    else this.say(text);
  }
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
