/** What neither Node nor asio can be brought to, at the lab: GnuTLS told otherwise, early data. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { atTheLab, faultsOf } from './at-the-lab.ts';
import { buildAsioPrograms, missingToBuild, runAsioProgram } from './asio/programs.ts';

const run = promisify(execFile);
const LIMIT_MS = 120_000;
const MOST_RUNS = 8;
const PYTHON = '/usr/bin/python3';
const GNUTLS = '/usr/lib/x86_64-linux-gnu/libgnutls.so.30';
const hasGnuTls = existsSync(PYTHON) && existsSync(GNUTLS);
if (!hasGnuTls) process.stderr.write('SKIPPED: GnuTLS at the lab. Missing here: libgnutls30.\n');
const missing = missingToBuild();

describe.skipIf(!hasGnuTls)('GnuTLS at the lab', () => {
  it.each([
    ['NORMAL', ['never-offers']],
    ['NORMAL:%NO_TICKETS', ['resumption-off-in-hello']],
    ['NORMAL:+PSK', ['never-offers', 'psk-ke-alone']],
  ])(
    'with %s',
    async (priority, faults) => {
      const report = await atTheLab({}, async (lab, caFile) => {
        const port = String(lab.doorways[0]?.port ?? 0);
        const script = new URL('python/gnutls_client.py', import.meta.url).pathname;
        await run(PYTHON, [script, 'localhost', port, caFile, '20', priority], {
          timeout: LIMIT_MS,
        });
      });
      expect(faultsOf(report)).toEqual(faults);
    },
    LIMIT_MS,
  );
});

describe.skipIf(missing.length > 0)('OpenSSL at the lab', () => {
  it(
    'with early data',
    async () => {
      const programs = await buildAsioPrograms();
      const report = await atTheLab({}, async (lab, caFile) => {
        const port = lab.doorways[0]?.port ?? 0;
        for (let runs = 0; runs < MOST_RUNS && !lab.isOver; runs += 1) {
          const options = { host: '127.0.0.1', port, caFile, connections: 30, words: [] };
          // It ends where it is shown another certificate, as it should.
          await runAsioProgram(programs, 'early-data', options).catch(() => undefined);
        }
      });
      expect(faultsOf(report)).toContain('early-data');
    },
    LIMIT_MS,
  );
});
