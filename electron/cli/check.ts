/** `npm run check`: joins the server check to the real program around it. */
import { readFile } from 'node:fs/promises';
import { runCommand } from './check-run.ts';

const cancel = new AbortController();
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    cancel.abort();
  });
}

const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
const { version } = JSON.parse(manifest) as { readonly version: string };
const isTerminal = process.stderr.isTTY;

process.exitCode = await runCommand(process.argv.slice(2), {
  print: (text) => process.stdout.write(text),
  complain: (line) => process.stderr.write(`${line}\n`),
  progress: (text) => {
    if (isTerminal) {
      // Writes over the line before, and clears what is left of it.
      process.stderr.write(`\r\u001B[K${text === null ? '' : `… ${text}`}`);
    } else if (text !== null) process.stderr.write(`… ${text}\n`);
  },
  signal: cancel.signal,
  program: {
    name: 'Reprise',
    version,
    engine: `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}`,
  },
});
