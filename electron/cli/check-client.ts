/**
 * `npm run check-client`: takes a mail program through the lab, on a command line. In the order of
 * reading: what was typed, the check and what its end means, what is said as it goes.
 */
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { parseArgs } from 'node:util';
import { MAIL_PROTOCOLS, type MailProtocol } from '../../shared/check.ts';
import {
  clientCheckReportJsonSchema,
  type ClientCheckReport,
  type LabConnection,
  type LabWay,
} from '../../shared/client-check.ts';
import { FINDING_IDS, LAB_STEP_WORDS, type FindingId } from '../../shared/client-findings.ts';
import { CURE_LIBRARIES, curesOf, type CureLibrary } from '../../shared/client-cures.ts';
import {
  findingLines,
  LAB_COLUMNS,
  labConnectionLine,
  labLine,
} from '../../shared/client-check-words.ts';
import { LAB_SIGN_IN } from '../../shared/client-lab.ts';
import { RepriseError } from '../../shared/errors.ts';
import { visible } from '../../shared/visible.ts';
import { readVersion } from '../build/build.ts';
import { readInterfaces } from '../core/network/machine.ts';
import {
  filledIn,
  Lab,
  labNames,
  labPorts,
  MOST_VISITORS,
  openLabAuthority,
  ownCertificate,
  placesIn,
  runClient,
  type LabCertificates,
  type LabPort,
  type RunsEnd,
} from '../core/your-client/lab/index.ts';
import {
  addressesOf,
  hostToDial,
  ProcessFinder,
  turnedAwayText,
} from '../core/your-client/index.ts';
import { usualDataFolder } from '../host/data-folder.ts';
import { firstSentence } from '../host/options.ts';

interface CheckClientCommand {
  /** Commands of the shell, by how they begin TLS; none: connections are made by hand. */
  readonly runs: readonly { readonly way: LabWay; readonly command: string }[];
  /** `null` for all of them. */
  readonly protocol: MailProtocol | null;
  /** The way that `port` is for. */
  readonly way: LabWay;
  readonly port: number | null;
  readonly listenAddress: string;
  readonly names: readonly string[];
  readonly own: { readonly cert: string; readonly key: string } | null;
  readonly allowed: ReadonlySet<FindingId>;
  /** For which library the code is that is told with a finding. */
  readonly cures: CureLibrary | null;
  readonly dataDir: string | null;
  readonly json: boolean;
}

type ParsedCommand =
  | { readonly kind: 'run'; readonly command: CheckClientCommand }
  | { readonly kind: 'help' }
  /** The JSON Schema of the report is asked for. */
  | { readonly kind: 'schema' }
  | { readonly kind: 'wrong'; readonly message: string };

const USAGE = `npm run check-client -- [options]

Finds what a mail program does wrong about TLS sessions, with mail servers made for
that: they resume, refuse, give none, run out, and change. Any user and password will do.

  --run COMMAND           start the program like this, and again while the plan goes on;
                          {host} {port} {ca} {user} {password} are filled in, and
                          {port2} {host2} for a program that dials two places
  --run-starttls COMMAND  the same, for the port where TLS begins by STARTTLS or STLS
  --protocol NAME         imap, smtp or pop3 (default: as in the command's URL, else imap)
  --starttls              --run and --port are for STARTTLS
  --port N                listen on port N (0 = any free port; default 10993, 10143,
                          10465, 10587, 10995 or 10110, or any where that is taken)
  --listen ADDRESS        listen on this address of the machine (default 127.0.0.1)
  --name A,B              names that you have mapped to the lab
  --cert FILE --key FILE  a certificate of your own, in place of the lab's
  --allow FINDING         one that is known: it is told, and makes no failure
  --cures LIBRARY         with what to write, in asio, node or python
  --data-dir DIR          keep the lab's authority in DIR
  --json                  at the end, print one JSON document and nothing else
  --schema                print the JSON Schema of that document
  --help                  show this

Without --run, point the program at the lab and connect, again and again; Ctrl-C sums up.
Exit code 0: no fault was seen. 1: a fault. 2: it could not be tested.`;

const MAX_PORT = 65_535;
const LOOPBACK = '127.0.0.1';

/** Reads the arguments after the program's name. Touches nothing outside of them. */
function parseCommand(args: readonly string[]): ParsedCommand {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      options: {
        run: { type: 'string' },
        'run-starttls': { type: 'string' },
        protocol: { type: 'string' },
        starttls: { type: 'boolean', default: false },
        port: { type: 'string' },
        listen: { type: 'string', default: LOOPBACK },
        name: { type: 'string', multiple: true, default: [] },
        cert: { type: 'string' },
        key: { type: 'string' },
        allow: { type: 'string', multiple: true, default: [] },
        cures: { type: 'string' },
        'data-dir': { type: 'string' },
        json: { type: 'boolean', default: false },
        schema: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    return wrong(firstSentence(error));
  }
  const { values } = parsed;
  if (values.help) return { kind: 'help' };
  if (values.schema) return { kind: 'schema' };
  const port = values.port === undefined ? null : readPort(values.port);
  if (Number.isNaN(port))
    return wrong(`--port takes a whole number from 0 to ${MAX_PORT}, not "${values.port}".`);
  if (isIP(values.listen) === 0)
    return wrong(
      `--listen takes an address of this machine, such as ${LOOPBACK}, not "${values.listen}".`,
    );
  const names = values.name.flatMap((each) => each.split(',')).map((each) => each.trim());
  const noName = names.find((name) => !HOST_NAME.test(name));
  if (noName !== undefined)
    return wrong(`--name takes host names, such as imap.example.org, not "${noName}".`);
  const allowed = values.allow.flatMap((each) => each.split(',')).map((each) => each.trim());
  const unknown = allowed.find((each) => !isFinding(each));
  if (unknown !== undefined)
    return wrong(`--allow takes a finding, not "${unknown}". There are ${FINDING_IDS.join(', ')}.`);
  const { cures = null } = values;
  if (cures !== null && !isLibrary(cures))
    return wrong(`--cures takes ${Object.keys(CURE_LIBRARIES).join(', ')}, not "${cures}".`);
  const { cert, key } = values;
  if ((cert === undefined) !== (key === undefined))
    return wrong('--cert and --key belong together: give the files of both.');
  const way = values.starttls ? 'starttls' : 'tls';
  const runs = [
    ...(values.run === undefined ? [] : [{ way, command: values.run } as const]),
    ...(values['run-starttls'] === undefined
      ? []
      : [{ way: 'starttls', command: values['run-starttls'] } as const]),
  ];
  if (runs.some(({ command }) => command.trim() === ''))
    return wrong('--run takes a command, such as "./client {host} {port} {ca}".');
  const protocol = values.protocol ?? protocolIn(runs.map(({ command }) => command));
  if (protocol !== null && !isProtocol(protocol))
    return wrong(`--protocol takes imap, smtp or pop3, not "${protocol}".`);
  const usesHost2 = runs.some(({ command }) => placesIn(command).has('host2'));
  if (usesHost2 && names.length < 2) return wrong('{host2} is the second name of --name A,B.');
  return {
    kind: 'run',
    command: {
      runs,
      protocol,
      way: runs[0]?.way ?? way,
      port,
      listenAddress: values.listen,
      names,
      own: cert === undefined || key === undefined ? null : { cert, key },
      allowed: new Set(allowed.filter(isFinding)),
      cures,
      dataDir: values['data-dir'] ?? null,
      json: values.json,
    },
  };
}

const HOST_NAME = /^(?=.{1,253}$)[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*$/i;

/** @returns NaN where it is none */
function readPort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  return port <= MAX_PORT ? port : Number.NaN;
}

function isFinding(text: string): text is FindingId {
  return (FINDING_IDS as readonly string[]).includes(text);
}

function isLibrary(text: string): text is CureLibrary {
  return Object.hasOwn(CURE_LIBRARIES, text);
}

function isProtocol(text: string): text is MailProtocol {
  return (MAIL_PROTOCOLS as readonly string[]).includes(text);
}

/** Which protocol the URLs in commands are of. */
function protocolIn(commands: readonly string[]): MailProtocol | null {
  if (commands.length === 0) return null;
  const [, found] = /\b(imap|smtp|pop3)s?:\/\//i.exec(commands.join(' ')) ?? [];
  const protocol = found?.toLowerCase() ?? '';
  return isProtocol(protocol) ? protocol : 'imap';
}

function wrong(message: string): ParsedCommand {
  return { kind: 'wrong', message: `${message} Use --help to see how.` };
}

/** @returns the exit code: 0 no fault was seen, 1 a fault, 2 it could not be tested */
async function main(args: readonly string[]): Promise<0 | 1 | 2> {
  const parsed = parseCommand(args);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(`${USAGE}\n`);
      return 0;
    case 'schema':
      process.stdout.write(`${JSON.stringify(clientCheckReportJsonSchema(), null, 2)}\n`);
      return 0;
    case 'wrong':
      complain(parsed.message);
      return 2;
    case 'run':
      return check(parsed.command);
  }
}

async function check(command: CheckClientCommand): Promise<0 | 1 | 2> {
  const { json, allowed, names, listenAddress } = command;
  const startedAt = Date.now();
  const say = sayer(json ? process.stderr : process.stdout);
  let certificates: LabCertificates;
  let lab: Lab;
  try {
    certificates = await certificatesFor(command);
    const progress = new Progress(say, command.runs.length === 0);
    lab = await Lab.start(
      {
        ports: portsFor(command),
        listenAddress,
        names,
        hasOtherPort: usesPort2(command),
        own: certificates.own,
        untrusted: certificates.untrusted,
        processes: new ProcessFinder(),
      },
      (connection, isOver) => {
        if (isOver) progress.row(connection, lab);
      },
    );
  } catch (error) {
    complain(error instanceof RepriseError ? error.message : whyNotListening(error, command));
    return 2;
  }
  say(introduction(command, lab, certificates));
  say(labLine(LAB_COLUMNS));
  const problem =
    command.runs.length === 0 ? await byHand(lab) : await byRuns(command, lab, certificates);
  const report = lab.report(
    {
      program: {
        name: 'Reprise',
        version: await readVersion(),
        engine: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
      },
      startedAt,
      problem,
    },
    allowed,
  );
  await lab[Symbol.asyncDispose]();
  const notLetIn = turnedAwayText(lab.notLetIn, MOST_VISITORS);
  if (notLetIn !== null) say(notLetIn);
  if (json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  else say(resultText(report, command.cures));
  if (report.verdict === 'not-tested') {
    complain(report.problem ?? report.summary);
    return 2;
  }
  return report.verdict === 'no-fault' ? 0 : 1;
}

/** @throws RepriseError where they cannot be had */
function certificatesFor(command: CheckClientCommand): Promise<LabCertificates> {
  const { own, names, listenAddress, dataDir } = command;
  if (own !== null) return ownCertificate(own.cert, own.key);
  const addresses = addressesOf(listenAddress, readInterfaces(networkInterfaces()).outward);
  return openLabAuthority(usualDataFolder(dataDir), labNames(addresses, names), Date.now());
}

function portsFor(command: CheckClientCommand): LabPort[] {
  const { protocol, port, way, runs } = command;
  const protocols = protocol === null ? MAIL_PROTOCOLS : [protocol];
  const ways = runs.map((run) => run.way);
  const ports: LabPort[] = [];
  for (const usual of protocols.flatMap((each) => labPorts(each))) {
    if (ways.length > 0 && !ways.includes(usual.way)) continue;
    const isChosen = usual.way === way && usual.protocol === protocols[0];
    ports.push(isChosen && port !== null ? { ...usual, port, isOptional: false } : usual);
    if (usesPort2(command)) ports.push({ ...usual, port: 0 });
  }
  return ports;
}

function usesPort2({ runs }: CheckClientCommand): boolean {
  return runs.some(({ command }) => placesIn(command).has('port2'));
}

/** Until Ctrl-C, or until nothing is left to show. @returns why it ended early */
async function byHand(lab: Lab): Promise<string | null> {
  await stopped.promise;
  return lab.isOver || lab.count === 0 ? null : 'It was ended before the plan was.';
}

/** @returns why it ended early; `null` where it did not */
async function byRuns(
  { runs, names, listenAddress }: CheckClientCommand,
  lab: Lab,
  { caFile }: LabCertificates,
): Promise<string | null> {
  const problems: string[] = [];
  for (const { way, command } of runs) {
    const [first, second] = lab.doorways.filter((doorway) => doorway.way === way);
    const view = {
      get count() {
        return lab.count;
      },
      get open() {
        return lab.open;
      },
      get mark() {
        return lab.mark;
      },
      // Whichever way the program does begin TLS.
      get isOver() {
        return lab.isOver && (runs.length === 1 || lab.plan(way).isOver);
      },
      beginRun: () => {
        lab.beginRun();
      },
    };
    const host = hostOf(names, listenAddress);
    const end = await runClient(
      filledIn(command, {
        host,
        host2: names[1] ?? null,
        port: first?.port ?? 0,
        port2: second?.port ?? null,
        ca: caFile,
        ...LAB_SIGN_IN,
      }),
      view,
      stopping.signal,
    );
    const problem = problemOf(end);
    if (problem !== null) problems.push(problem);
    if (stopping.signal.aborted) break;
  }
  return problems.length === 0 ? null : problems.join(' ');
}

function problemOf(end: RunsEnd): string | null {
  switch (end.kind) {
    case 'plan-over':
      return null;
    case 'stopped':
      return 'It was ended before the plan was.';
    case 'no-more':
      return `The program was started ${end.runs} times, and the last ones brought nothing new: the plan is not at its end.`;
    case 'no-connection': {
      const code = end.code === null ? 'was ended' : `ended with code ${end.code}`;
      const said = end.output === '' ? 'It said nothing.' : `It said: ${end.output}`;
      return `The command ${code} and made no connection. ${said}`;
    }
  }
}

function hostOf(names: readonly string[], listenAddress: string): string {
  const [name] = names;
  return name ?? hostToDial(listenAddress, readInterfaces(networkInterfaces()).outward);
}

/** Where it listens, who reaches it, and what to trust. */
function introduction(
  { runs, names, listenAddress }: CheckClientCommand,
  lab: Lab,
  { authority, caFile }: LabCertificates,
): string {
  const host = hostOf(names, listenAddress);
  const isOpen = lab.doorways.some(({ reach }) => reach === 'network');
  return [
    ...lab.doorways.map(({ protocol, way, address, port }) => {
      const insteadOf = lab.insteadOf(port);
      const taken =
        insteadOf === null ? '' : ` (port ${insteadOf} is in use, perhaps by another lab)`;
      return `Listening at ${address} port ${port} for ${protocol.toUpperCase()}, ${way === 'tls' ? 'TLS' : protocol === 'pop3' ? 'STLS' : 'STARTTLS'}${taken}.`;
    }),
    ...(isOpen
      ? ['OTHERS IN THE NETWORK REACH IT. It holds no mail, and takes any password.']
      : []),
    '',
    ...(authority === null
      ? [`Certificate of your own: ${caFile}.`]
      : [
          `Authority to trust for it${authority.isNew ? ', made just now' : ''}: ${authority.caFile}`,
          `  SHA-256 ${authority.fingerprint256}`,
          `  good until ${new Date(authority.validToAt).toISOString().slice(0, 10)}, for these names and addresses alone. Its key is ${authority.keyFile}.`,
          '  To remove it, take it out of whatever trusts it, and delete both files.',
        ]),
    ...(runs.length > 0
      ? []
      : [
          '',
          `Point the program at ${host}, any user, any password, and let it trust that authority. Then connect,`,
          'again and again: each connection shows something else. Ctrl-C ends it, and sums up.',
        ]),
    ...names.map((name) => `The name ${name} has to lead here: map it, such as in the hosts file.`),
    '',
  ].join('\n');
}

function whyNotListening(error: unknown, { port, listenAddress }: CheckClientCommand): string {
  const { code } = error as NodeJS.ErrnoException;
  const remedy = 'Choose another one with --port N, or let the system choose with --port 0.';
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port ?? 0} of ${listenAddress} is in use, perhaps by another check-client. ${remedy}`;
    case 'EACCES':
      return `Port ${port ?? 0} may not be used by this user. ${remedy}`;
    case 'EADDRNOTAVAIL':
      return `${listenAddress} is no address of this machine. Give one with --listen ADDRESS.`;
    case undefined:
      throw error;
    default:
      return `It cannot listen at ${listenAddress} (${code}). ${remedy}`;
  }
}

/** Rows of connections as they end, and how far the plan is. */
class Progress {
  readonly #say: (text: string) => void;
  readonly #isByHand: boolean;
  #mark = '';

  constructor(say: (text: string) => void, isByHand: boolean) {
    this.#say = say;
    this.#isByHand = isByHand;
  }

  row(connection: LabConnection, lab: Lab): void {
    // One whose program was found late comes twice.
    if (connection.program.kind === 'pending') return;
    this.#say(labConnectionLine(connection));
    if (lab.mark === this.#mark) return;
    this.#mark = lab.mark;
    const { way } = connection;
    const { next, steps } = lab.plan(way);
    if (next === null) {
      this.#say(
        `… the plan is over${way === 'starttls' ? ', over STARTTLS' : ''}.${this.#isByHand ? ' Ctrl-C sums up.' : ''}`,
      );
      return;
    }
    const done = steps.findIndex(({ step, variant }) => {
      return step === next.step && variant === next.variant;
    });
    const again = this.#isByHand ? 'Connect again. ' : '';
    this.#say(`… ${again}${done} of ${steps.length} steps; next: ${LAB_STEP_WORDS[next.step]}.`);
  }
}

function resultText(
  { findings, summary, problem, notSeen, plan }: ClientCheckReport,
  cures: CureLibrary | null,
): string {
  const notHere = plan.some(({ state }) => state === 'not-here');
  return [
    '',
    ...findings.flatMap((finding) => [
      ...findingLines(finding),
      ...cureLines(finding.id, cures),
      '',
    ]),
    ...(notSeen.length === 0 ? [] : [`Not seen: ${notSeen.join(', ')}.`]),
    ...(notHere ? ['This Node cannot give fresh tickets with a resumption: not tried.'] : []),
    ...(problem === null ? [] : [problem]),
    summary,
  ].join('\n');
}

function cureLines(id: FindingId, library: CureLibrary | null): string[] {
  const cures = curesOf(id);
  if (cures === null) return [];
  if (library === null)
    return [`  What to write: --cures ${Object.keys(CURE_LIBRARIES).join(', ')}`];
  const { text, code } = cures[library];
  return [
    `  ${CURE_LIBRARIES[library]}: ${text}`,
    ...code.split('\n').map((each) => `      ${each}`.trimEnd()),
  ];
}

function sayer(out: NodeJS.WriteStream): (text: string) => void {
  // Whoever read it has gone; the report may still be wanted.
  out.on('error', () => undefined);
  return (text) => {
    for (const each of text.split('\n')) out.write(`${visible(each)}\n`);
  };
}

function complain(text: string): void {
  for (const each of text.split('\n')) process.stderr.write(`${visible(each)}\n`);
}

/** Ctrl-C. */
const stopping = new AbortController();
const stopped = Promise.withResolvers<void>();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    stopping.abort();
    stopped.resolve();
  });
}
process.exitCode = await main(process.argv.slice(2));
