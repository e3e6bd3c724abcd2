/**
 * The program of a process of its own, which tells which authorities Node trusts now and ends: Node reads
 * those of the system once in the life of a process. It is started by `authority-watch.ts`, as Node's
 * child or as Electron's utility process.
 */
import { getCACertificates } from 'node:tls';

/** Some stores hold a few hundred; more than all this is none. */
const MAX_AUTHORITIES = 5000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** Electron's way to the process that has forked this one; Node's types do not know of it. */
interface UtilityProcess {
  readonly parentPort?: { postMessage(message: unknown): void };
}

function tell(message: unknown): void {
  const { parentPort } = process as UtilityProcess;
  if (parentPort === undefined) process.send?.(message, () => process.disconnect());
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
  else parentPort.postMessage(message);
}

const own = getCACertificates('default');
const system = [...new Set(getCACertificates('system'))];
const characters = [...own, ...system].reduce((sum, { length }) => sum + length, 0);
const isUsual = own.length + system.length <= MAX_AUTHORITIES && characters <= MAX_CHARACTERS;
tell(isUsual ? { own, system } : 'too-many');
