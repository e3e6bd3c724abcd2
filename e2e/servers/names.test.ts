/**
 * One server under many spellings, through the whole program: what stands on the wire, and that its
 * sessions are shared between them.
 */
import { afterEach, describe, expect, it } from 'vitest';
import {
  createAuthority,
  startImapServer,
  type ImapServer,
} from '../../electron/core/demo/testing/index.ts';
import { readClientHello } from '../../electron/core/tls-wire/index.ts';
import type { AccountInput } from '../../shared/model.ts';
import type { Snapshot } from '../../shared/state.ts';
import { PassingProxy } from '../fixtures/network/passing-proxy.ts';
import { follow } from '../fixtures/program/engine-client.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** A server whose certificate is for `names`, and somebody on the way who notes the SNI of each client. */
async function serverFor(names: { dnsNames?: string[]; ipAddresses?: string[] }) {
  const authority = await createAuthority();
  const named = { ...authority, issue: () => authority.issue(names) };
  const server = stack.use(await startImapServer({ authority: named }));
  const seen: (string | null)[] = [];
  const proxy = stack.use(
    await PassingProxy.start(server.port, () => {
      let hello = Buffer.alloc(0);
      return (chunk) => {
        const before = readClientHello(hello).kind;
        hello = Buffer.concat([hello, chunk]);
        const reading = readClientHello(hello);
        if (before === 'incomplete' && reading.kind === 'client-hello')
          seen.push(reading.hello.serverName);
      };
    }),
  );
  return { server, seen, port: proxy.port };
}

/** The program, and an interface to it. */
async function program() {
  const reprise = await RepriseProcess.start();
  stack.defer(() => reprise.cleanUp());
  return follow(reprise);
}

function inputFor(server: ImapServer, changes: Partial<AccountInput>): AccountInput {
  return {
    label: 'Work',
    user: server.user,
    password: server.password,
    host: '127.0.0.1',
    port: server.port,
    security: 'tls',
    servername: null,
    trust: { kind: 'ca', fileName: 'ca.pem', pem: server.caPem },
    mailboxes: ['INBOX'],
    ...changes,
  };
}

function isSettled({ connections: [one] }: Snapshot, before: string | null): boolean {
  return one?.state.kind === 'idle' && one.attempt !== null && one.attempt.id !== before;
}

/** The account under each spelling in turn: what became of its handshake, and the state at the end. */
async function inTurn(
  { server, port }: { readonly server: ImapServer; readonly port: number },
  spellings: readonly Partial<AccountInput>[],
) {
  const { engine, until } = await program();
  const [first = {}, ...others] = spellings;
  const { id } = await engine.addAccount(inputFor(server, { ...first, port }));
  let state = await until((now) => isSettled(now, null));
  const outcomes = [state.connections[0]?.attempt?.outcome];
  for (const spelling of others) {
    const before = state.connections[0]?.attempt?.id ?? null;
    const input = inputFor(server, { ...spelling, port, password: null });
    await engine.updateAccount(id, input);
    for (const connection of state.connections) await engine.reconnect(connection.id);
    state = await until((now) => isSettled(now, before));
    outcomes.push(state.connections[0]?.attempt?.outcome);
  }
  return { outcomes, state };
}

const RESUMED = { kind: 'resumed', mechanism: 'tls13-ticket' };
const FULL = { kind: 'full', reason: 'nothing-held' };

describe('a server is one, and its sessions are shared,', () => {
  it.each([
    [
      'imap.example.org',
      ['imap.example.org.', 'IMAP.Example.ORG', 'imap.example.org', 'imap。example．org'],
    ],
    [
      'xn--bcher-kva.example',
      ['bücher.example', 'xn--bcher-kva.example', 'bu\u0308cher.example', 'BÜCHER.example.'],
    ],
    ['xn--strae-oqa.example', ['straße.example', 'xn--strae-oqa.example', 'XN--STRAE-OQA.example']],
  ])('where its certificate is for %s and its name is typed as %j', async (name, spellings) => {
    const way = await serverFor({ dnsNames: [name] });
    const { outcomes, state } = await inTurn(
      way,
      spellings.map((servername) => ({ servername })),
    );
    expect(outcomes).toEqual([FULL, ...spellings.slice(1).map(() => RESUMED)]);
    // RFC 6066 section 3: ASCII, and no final dot.
    expect(way.seen).toEqual(spellings.map(() => name));
    expect(state.heldSessions.map((held) => held.name)).toEqual([name]);
    expect(state.accounts[0]?.servername).toBe(spellings.at(-1));
  });

  it('where an address is typed in an odd way; none is sent as a name', async () => {
    const way = await serverFor({ dnsNames: [], ipAddresses: ['127.0.0.1'] });
    const spellings = [
      '127.0.0.1',
      '127.1',
      '0x7f.1',
      '2130706433',
      '::ffff:127.0.0.1',
      '[::FFFF:7f00:1]',
    ];
    const { outcomes, state } = await inTurn(
      way,
      spellings.map((host) => ({ host })),
    );
    expect(outcomes).toEqual([FULL, ...spellings.slice(1).map(() => RESUMED)]);
    expect(way.seen).toEqual(spellings.map(() => null));
    expect(state.heldSessions.map((held) => held.name)).toEqual(['127.0.0.1']);
    expect(state.accounts[0]?.host).toBe('::FFFF:7f00:1');
  });

  it('where this machine is named with a dot', async () => {
    const way = await serverFor({});
    const { outcomes } = await inTurn(way, [{ host: 'localhost.' }, { host: 'LocalHost' }]);
    expect(outcomes).toEqual([FULL, RESUMED]);
    expect(way.seen).toEqual(['localhost', 'localhost']);
  });
});

it('a certificate that names an address as a DNS name is told for that', async () => {
  const { server, port } = await serverFor({ dnsNames: ['127.0.0.1'], ipAddresses: [] });
  const { engine, until } = await program();
  await engine.addAccount(inputFor(server, { port }));
  const { connections } = await until(
    ({ connections: [one] }) => one?.state.kind === 'certificate-problem',
  );
  expect(connections).toMatchObject([
    {
      state: {
        problem: {
          code: 'certificate-name',
          message: expect.stringMatching(/^(?!.*not for 127).*names 127\.0\.0\.1 as a DNS name/),
        },
      },
    },
  ]);
});
