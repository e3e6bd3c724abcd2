/** The command line of the server check, as plain values. */
import { parseArgs } from 'node:util';
import { DEFAULT_ATTEMPTS, MAX_ATTEMPTS, type CheckTarget } from '../../shared/check.ts';
import type { CheckWays } from '../core/failures/index.ts';
import { parseTarget } from '../core/server-check/index.ts';

/** What the command line asks for. */
export interface CheckCommand {
  readonly target: CheckTarget;
  /** `null` for the system's authorities. */
  readonly caFile: string | null;
  readonly attempts: number;
  readonly json: boolean;
}

export type ParsedCommand =
  | { readonly kind: 'run'; readonly command: CheckCommand }
  | { readonly kind: 'help'; readonly text: string }
  /** The JSON Schema of the report is asked for. */
  | { readonly kind: 'schema' }
  | { readonly kind: 'wrong'; readonly message: string };

/** What to type to ask for another check. */
export const COMMAND_WAYS: CheckWays = {
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
export function parseCommand(args: readonly string[]): ParsedCommand {
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
    // parseArgs throws TypeErrors whose first sentence is made for the user.
    const text = error instanceof Error ? error.message : String(error);
    return wrong(`${(text.split(/\. |\n/, 1)[0] ?? text).replace(/\.$/, '')}.`);
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
