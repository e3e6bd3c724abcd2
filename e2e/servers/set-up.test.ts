/** Settings for an address, looked up by the program as it is: the system's name server, port 443. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { a, settingsFile, srv } from '../../electron/core/set-up/testing/small-internet.ts';
import type { Asked } from '../../electron/core/set-up/testing/web-server.ts';
import type { SetUpResult } from '../../shared/set-up.ts';
import { NetworkNamespace, whyNoNamespaces } from '../fixtures/network/network-namespace.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';

const why = whyNoNamespaces();
if (why !== null) process.stderr.write(`Skipped: ${why}\n`);

const PROCESS = fileURLToPath(
  new URL('../fixtures/network/small-internet-process.ts', import.meta.url),
);

const HOSTS = ['autoconfig.found.example', 'autoconfig.thunderbird.net'];
const WORLD = {
  pages: {
    'autoconfig.found.example/mail/config-v1.1.xml': settingsFile('imap.found.example'),
    'autoconfig.thunderbird.net/v1.1/listed.example': settingsFile('imap.hoster.example'),
  },
  zone: {
    ...Object.fromEntries(HOSTS.map((host) => [`A ${host}`, [a(host, '127.0.0.1')]])),
    'SRV _imaps._tcp.records.example': [srv('_imaps._tcp.records.example', 'imap.records.example')],
  },
};

interface Heard {
  readonly result: SetUpResult;
  readonly asked: readonly string[];
  readonly serverNames: readonly string[];
  readonly requests: readonly Asked[];
}

describe.skipIf(why !== null)('the program as it is', () => {
  it('finds settings by the system’s name server and over https, and tells nobody the address', async () => {
    await using owned = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'reprise-internet-'));
    owned.defer(() => rm(folder, { recursive: true }));
    const [caFile, resolver] = [join(folder, 'ca.pem'), join(folder, 'resolv.conf')];
    await writeFile(resolver, 'nameserver 127.0.0.1\n');
    const there = owned.use(await NetworkNamespace.make());
    // An address by which others seem to be reached: else the program is offline.
    await there.ip('link add cable type veth peer name far');
    await there.ip('addr add 198.51.100.2/24 dev cable');
    await there.ip('link set cable up');
    await there.ip('link set far up');

    const [command, ...args] = [...there.command, process.execPath, PROCESS, caFile];
    const internet = spawn(command, [...args, JSON.stringify(WORLD)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    owned.defer(async () => {
      internet.stdin.end();
      if (internet.exitCode === null) await once(internet, 'exit');
    });
    const printed = createInterface({ input: internet.stdout })[Symbol.asyncIterator]();
    expect(await printed.next()).toMatchObject({ value: 'ready' });

    const ownResolver = `mount --bind ${resolver} /etc/resolv.conf && exec "$@"`;
    const reprise = await RepriseProcess.start({
      within: [...there.command, 'unshare', '--mount', 'sh', '-c', ownResolver, 'sh'],
      env: { NODE_EXTRA_CA_CERTS: caFile },
    });
    owned.defer(async () => {
      await reprise.interrupt();
      await reprise.cleanUp();
    });
    const ask = async (address: string): Promise<Heard> => {
      const { port, token } = reprise;
      internet.stdin.write(`${JSON.stringify({ port, token, address })}\n`);
      const { value } = (await printed.next()) as { value: string };
      return JSON.parse(value) as Heard;
    };

    const found = await ask('Robin.Secret@found.example');
    expect(found.result.found).toMatchObject({
      host: 'imap.found.example',
      user: 'Robin.Secret@found.example',
      source: 'autoconfig',
      foreign: false,
    });
    const listed = await ask('robin.secret@listed.example');
    expect(listed.result.found).toMatchObject({ source: 'ispdb', foreign: true });
    const records = await ask('robin.secret@records.example');
    expect(records.result.found).toMatchObject({ source: 'srv', host: 'imap.records.example' });
    const unknown = await ask('robin.secret@unknown.example');
    expect(unknown.result).toMatchObject({ found: null, lookedUp: true, trouble: null });
    const { asked, serverNames, requests } = unknown;
    expect(JSON.stringify([asked, serverNames, requests])).not.toMatch(/robin|secret/i);
    const allowed = [
      'autoconfig.found.example GET /mail/config-v1.1.xml HTTP/1.1',
      ...['found', 'listed', 'records', 'unknown'].map(
        (name) => `autoconfig.thunderbird.net GET /v1.1/${name}.example HTTP/1.1`,
      ),
    ];
    // Of the first search, the list may not have been reached yet when the best word was there.
    const lines = requests.map(({ serverName, line }) => `${String(serverName)} ${line}`);
    expect(lines.filter((line) => !allowed.includes(line))).toEqual([]);
    expect(lines.length).toBeGreaterThanOrEqual(allowed.length - 1);
    expect(reprise.stderr).not.toMatch(/secret/i);
  });
});
