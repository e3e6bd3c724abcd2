/**
 * The session cache as a package: what npm packs of it, and the examples of its README, each as it
 * stands there, with the mail library that it is for, on every line of Node that it is for.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority, startImapServer } from '../../electron/core/demo/testing/index.ts';
import * as door from '../../electron/core/tls/index.ts';
import { startLineServer } from '../fixtures/servers/line-servers.ts';
import { nodeRelease, SUPPORTED_RELEASES } from '../fixtures/program/node-releases.ts';
import { install, pack, PACKAGE_FOLDER } from '../fixtures/program/tls-sessions-package.ts';

let folder: string;
let program: string;
let files: readonly string[];
let readme: string;
let authority: Awaited<ReturnType<typeof createAuthority>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'reprise-package-'));
  program = join(folder, 'program');
  const packed = pack(folder);
  files = packed.files;
  install(program, true, packed.path);
  readme = await readFile(join(PACKAGE_FOLDER, 'README.md'), 'utf8');
  for (const [, name = '', code = ''] of readme.matchAll(EXAMPLE)) {
    await writeFile(join(program, `${name}.mjs`), code);
  }
  authority = await createAuthority();
  await writeFile(join(folder, 'authority.pem'), authority.certPem);
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

const EXAMPLE = /<!-- example: ([\w-]+) -->\s+```js\n([\s\S]*?)```/g;

/** The user that they sign in as. */
const USER = { user: 'ann@localhost', password: 'secret' };

const startServer = {
  imapflow: async () => startImapServer({ authority, ...USER }),
  'nodemailer-tls': async () => startLineServer('smtp-tls', await authority.issue()),
  'nodemailer-starttls': async () => startLineServer('smtp-starttls', await authority.issue()),
  lines: async () => startLineServer('pop3-tls', await authority.issue()),
};
const EXAMPLES = Object.keys(startServer) as (keyof typeof startServer)[];

describe.each(SUPPORTED_RELEASES)('on Node %s', (version) => {
  it.each(EXAMPLES)(
    'the example %s resumes its second and third connection',
    async (example) => {
      await using server = await startServer[example]();
      const run = spawn(nodeRelease(version), [`${example}.mjs`], {
        cwd: program,
        env: {
          PATH: process.env['PATH'],
          HOST: 'localhost',
          PORT: String(server.port),
          MAIL_USER: USER.user,
          MAIL_PASSWORD: USER.password,
          NODE_EXTRA_CA_CERTS: join(folder, 'authority.pem'),
        },
      });
      const [output, errors] = await Promise.all([text(run.stdout), text(run.stderr)]);
      expect(errors).toBe('');
      expect(output.trim()).toBe(promisedOutput());
    },
    120_000,
  );
});

/** What the README says that each of them prints. */
function promisedOutput(): string {
  return /\n```\n([\s\S]*?)\n```/.exec(readme)?.[1] ?? 'nothing';
}

describe('the package', () => {
  it('has an example for each way to use it, and no other', () => {
    const names = [...readme.matchAll(EXAMPLE)].map(([, name]) => name);
    expect(names).toEqual(EXAMPLES);
  });

  it('is what was compiled, its README, and nothing of the tests', () => {
    expect(files).toContain('dist/index.js');
    expect(files).toContain('dist/index.d.ts');
    const others = files.filter((file) => !/^dist\/.*(?:\.js|\.d\.ts)$/.test(file));
    expect(others.toSorted()).toEqual(['README.md', 'package.json']);
    expect(files.filter((file) => /test/.test(file))).toEqual([]);
  });

  it('needs Node and nothing else: every import is of Node, or of a file of its own', async () => {
    const own = new Set(files);
    const outside: string[] = [];
    for (const file of files.filter((name) => name.startsWith('dist/'))) {
      const code = await readFile(
        join(program, 'node_modules/@reprise/tls-sessions', file),
        'utf8',
      );
      for (const [, specifier = ''] of code.matchAll(/\b(?:from |import |import\()'([^']+)'/g)) {
        const target = join(file, '..', specifier).replace(/(\.d)?\.ts$/, '.d.ts');
        if (!specifier.startsWith('node:') && !own.has(target))
          outside.push(`${file}: ${specifier}`);
      }
    }
    expect(outside).toEqual([]);
    const manifest = JSON.parse(
      await readFile(join(PACKAGE_FOLDER, 'package.json'), 'utf8'),
    ) as object;
    expect(manifest).not.toHaveProperty('dependencies');
    expect(manifest).not.toHaveProperty('peerDependencies');
  });

  it('is described: each name that it exports stands in its README', () => {
    const missing = Object.keys(door).filter((name) => !readme.includes(`\`${name}\``));
    expect(missing).toEqual([]);
  });

  it('is described: each name that it exports, types as well, has a comment', async () => {
    const texts = await Promise.all(
      files
        .filter((file) => file.endsWith('.d.ts'))
        .map((file) => readFile(join(program, 'node_modules/@reprise/tls-sessions', file), 'utf8')),
    );
    const types = texts.join('\n');
    const opened = /export (?:type )?\{([^}]*)\} from/g;
    const index = texts[files.filter((file) => file.endsWith('.d.ts')).indexOf('dist/index.d.ts')];
    const names = [...(index ?? '').matchAll(opened)].flatMap(([, list = '']) =>
      list.split(',').map((name) => name.replace('type ', '').trim()),
    );
    expect(names.length).toBeGreaterThan(30);
    const bare = names.filter(
      (name) =>
        name !== '' &&
        !new RegExp(
          `\\*/\\s+export (?:declare )?(?:const|function|class|interface|type) ${name}\\b`,
        ).test(types),
    );
    expect(bare).toEqual([]);
  });
});
