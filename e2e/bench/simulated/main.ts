/**
 * `node e2e/bench/simulated/main.ts N RATE [OPTIONS]`: the browser host's demo with N connections
 * that are simulated, and RATE handshakes a second over all of them. Options are those of the host.
 */
import { createApp } from '../../../electron/core/app.ts';
import { startFromCommandLine } from '../../../electron/host/main.ts';
import { simulated } from './simulation.ts';

/** More than this says nothing about the program any more. */
const MOST = 10_000;

const [connections = '', rate = '', ...args] = process.argv.slice(2);
for (const [name, text] of Object.entries({ connections, rate })) {
  if (!/^[1-9]\d{0,4}$/.test(text) || Number(text) > MOST) {
    process.stderr.write(`${name}: a whole number from 1 to ${MOST}, not "${text}".\n`);
    process.exit(2);
  }
}
const simulation = simulated({ connections: Number(connections), rate: Number(rate) });
process.exit(
  await startFromCommandLine(['--demo', ...args], {
    createApp: (deps) => createApp({ ...deps, ...simulation }),
  }),
);
