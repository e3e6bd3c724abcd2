/** The server check against the six demo servers run after run: as `openssl s_client` finds. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runCheck } from '../../electron/core/server-check/index.ts';
import { startDemoServers } from '../../electron/core/demo/testing/index.ts';
import { expectedVerdict } from '../fixtures/servers/openssl-client.ts';
import { times } from '../fixtures/program/length.ts';

const RUNS = times(2, 5);
const LIMIT_MS = 300_000;

it(
  'is right about every demo server',
  async () => {
    await using demo = await startDemoServers({ messageEveryMs: null, line: null });
    const folder = await mkdtemp(join(tmpdir(), 'reprise-check-'));
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, demo.caPem);
    try {
      const found: Record<string, unknown> = {};
      const expected: Record<string, unknown> = {};
      for (const { label, host, port, security } of demo.servers) {
        const asked = {
          port,
          caFile,
          protocol: 'imap',
          starttls: security === 'starttls',
        } as const;
        const verdicts = {
          'TLSv1.3 ticket': await expectedVerdict(asked, 'TLSv1.3', 'ticket'),
          'TLSv1.2 ticket': await expectedVerdict(asked, 'TLSv1.2', 'ticket'),
          'TLSv1.2 session-id': await expectedVerdict(asked, 'TLSv1.2', 'session-id'),
        };
        for (let run = 1; run <= RUNS; run += 1) {
          const { results } = await runCheck({
            target: { protocol: 'imap', host, port, security, servername: 'localhost' },
            trust: { kind: 'ca', pem: demo.caPem },
            attempts: 8,
            signal: new AbortController().signal,
            program: { name: 'Reprise', version: 'test', engine: 'test' },
          });
          found[`${label}, run ${run}`] = Object.fromEntries(
            results.map(({ protocol, mechanism, verdict }) => [
              `${protocol} ${mechanism}`,
              verdict,
            ]),
          );
          expected[`${label}, run ${run}`] = verdicts;
        }
      }
      expect(Object.keys(found)).toHaveLength(6 * RUNS);
      expect(found).toEqual(expected);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  LIMIT_MS,
);
