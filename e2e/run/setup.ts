/**
 * Makes sure that the tests find a Chromium and, on Linux, a Dovecot, a Postfix and a C++ compiler
 * with boost::asio; installs what is missing. What cannot be installed is said, and the specs that need it are skipped with that
 * reason.
 *
 * Exits 1 only where there is no browser: then nothing could be shown end to end.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseChromium } from '../fixtures/browser/chromium.ts';
import { missingToBuild } from '../clients/asio/programs.ts';
import { MAIL_PROGRAMS, whyNoProgram } from '../fixtures/clients/mail-programs.ts';
import { whyNoDovecot, whyNoOtherProtocols } from '../fixtures/servers/dovecot-binary.ts';
import { findElectronProgram } from '../fixtures/browser/electron-program.ts';
import { whyNoNamespaces } from '../fixtures/network/network-namespace.ts';
import { PROXY_PACKAGES, proxyBinary, whyNoProxies } from '../fixtures/servers/proxies.ts';
import { whyNoPostfix } from '../fixtures/servers/postfix.ts';
import { install } from '../fixtures/program/tls-sessions-package.ts';

const say = (line: string) => process.stdout.write(`setup: ${line}\n`);

/** Debian's own name; on Ubuntu the package `chromium` is only a pointer to a snap. */
const isDebian = /^ID=debian$/m.test(readIfThere('/etc/os-release'));
const hasApt = existsSync('/usr/bin/apt-get');

function ensureChromium(): boolean {
  if (chooseChromium() === null) {
    if (isDebian) aptInstall('chromium');
    if (chooseChromium() === null) playwrightInstall();
  }
  const chosen = chooseChromium();
  say(chosen ? `Chromium is ${chosen.what}` : 'NO CHROMIUM: end-to-end specs cannot run');
  return chosen !== null;
}

function ensureDovecot(): void {
  if (whyNoDovecot() !== null && hasApt) aptInstall('dovecot-imapd');
  const why = whyNoDovecot();
  say(why === null ? 'Dovecot is installed' : `DOVECOT SPECS WILL BE SKIPPED. ${why}`);
}

/**
 * Mail programs of less than 30 MB with what they need. Left out are Thunderbird, Evolution, KMail, Geary,
 * Claws Mail and Java's, which are larger.
 */
function ensureMailPrograms(): void {
  if (process.platform === 'linux' && hasApt) {
    if (whyNoOtherProtocols() !== null) aptInstall('dovecot-pop3d', 'dovecot-submissiond');
    const missing = Object.values(MAIL_PROGRAMS).filter(
      (program) => whyNoProgram(program) !== null,
    );
    const packages = [...new Set(missing.map((program) => program.package))];
    if (packages.length > 0) aptInstall(...packages);
  }
  const left = Object.values(MAIL_PROGRAMS).flatMap((program) => whyNoProgram(program) ?? []);
  const why = [whyNoOtherProtocols() ?? [], ...new Set(left)].flat();
  say(why.length === 0 ? 'Mail programs are installed' : `PROGRAMS LEFT OUT. ${why.join(' ')}`);
}

async function lookForElectron(): Promise<void> {
  const found = await findElectronProgram();
  say(
    found.kind === 'found'
      ? `Electron is ${found.path}`
      : `ELECTRON SPECS WILL BE SKIPPED: ${found.why}`,
  );
}

function ensurePostfix(): void {
  const isMissing = !existsSync('/usr/sbin/postfix');
  if (isMissing && process.platform === 'linux' && hasApt) aptInstall('postfix');
  const why = whyNoPostfix();
  say(why === null ? 'Postfix is installed' : `POSTFIX SPECS WILL BE SKIPPED. ${why}`);
}

/** What the C++ programs of `e2e/clients/asio` are built with. */
function ensureAsio(): void {
  if (hasApt && missingToBuild().length > 0) aptInstall(...missingToBuild());
  const missing = missingToBuild();
  say(
    missing.length === 0
      ? 'boost::asio programs can be built'
      : `BOOST::ASIO PROGRAMS WILL BE SKIPPED. Missing here: ${missing.join(', ')}.`,
  );
}

/** For the tests of connections that go through one. */
function ensureProxies(): void {
  for (const name of PROXY_PACKAGES)
    if (proxyBinary(name) === null && process.platform === 'linux' && hasApt) aptInstall(name);
  const why = whyNoProxies();
  say(why === null ? 'Proxies are installed' : `PROXY TESTS WILL BE SKIPPED. ${why}`);
}

/** For the specs that take a network away; only root may. */
function ensureNamespaces(): void {
  const isMissing = !['/usr/sbin/ip', '/sbin/ip'].some(existsSync);
  if (isMissing && process.getuid?.() === 0 && hasApt) aptInstall('iproute2');
  const why = whyNoNamespaces();
  say(why === null ? 'Networks can be taken away' : `NETWORK SPECS WILL BE SKIPPED. ${why}`);
}

/** Debian may try to start the system's own server; nothing here uses it. */
function aptInstall(...names: readonly string[]): void {
  const name = names.join(' ');
  say(`installing ${name} by apt-get`);
  const isRoot = process.getuid?.() === 0;
  const apt = (...words: string[]) => {
    const [command, ...args] = (isRoot ? [] : ['sudo', '-n']).concat('apt-get', words) as [
      string,
      ...string[],
    ];
    return run(command, args, { DEBIAN_FRONTEND: 'noninteractive' });
  };
  if (!apt('update', '-q') || !apt('install', '-y', '-q', '--no-install-recommends', ...names)) {
    say(`apt-get could not install ${name}, see above`);
  }
}

function playwrightInstall(): void {
  say("installing Playwright's own Chromium");
  const playwright = createRequire(import.meta.url).resolve('playwright/package.json');
  const cli = join(playwright, '..', 'cli.js');
  if (!run(process.execPath, [cli, 'install', '--no-shell', 'chromium'], {})) {
    say('Playwright could not download Chromium, see above');
  }
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv): boolean {
  const { status } = spawnSync(command, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  return status === 0;
}

/** What the examples of the session cache's package are installed from, without a network. */
function ensureLibraries(): void {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-setup-'));
  try {
    install(folder, false);
    say("npm's cache has what the examples of the session cache need");
  } catch (error) {
    say(`THE EXAMPLES OF THE SESSION CACHE WILL FAIL. ${String(error)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

ensureDovecot();
ensurePostfix();
ensureProxies();
ensureMailPrograms();
ensureAsio();
ensureNamespaces();
ensureLibraries();
await lookForElectron();
process.exitCode = ensureChromium() ? 0 : 1;
