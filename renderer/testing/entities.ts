/** Entities for tests: whole, with only what a test is about spelled out. */
import type {
  Account,
  AccountId,
  Connection,
  ConnectionId,
  ConnectionState,
  HeldSessions,
  HeldSessionsId,
  Problem,
} from '../../shared/model.ts';
import type { Snapshot } from '../../shared/state.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';

export const PROBLEM: Problem = {
  code: 'sign-in',
  message: 'The server refused the password.',
  serverLine: 'NO [AUTHENTICATIONFAILED]',
};

export function account(id: string, more: Partial<Account> = {}): Account {
  return {
    id: id as AccountId,
    label: id,
    user: `${id}@example.org`,
    host: 'imap.example.org',
    port: 993,
    security: 'tls',
    servername: null,
    trust: { kind: 'system' },
    mailboxes: ['INBOX'],
    proxy: { kind: 'program' },
    signIn: { kind: 'password' },
    reuse: true,
    policy: { sharing: 'saving', longestAge: 'server' },
    strayPassword: null,
    refusing: null,
    paused: false,
    demo: false,
    strip: [],
    ...more,
  };
}

export function connection(
  id: string,
  accountId: string,
  state: ConnectionState = { kind: 'idle' },
  more: Partial<Connection> = {},
): Connection {
  return {
    id: id as ConnectionId,
    accountId: accountId as AccountId,
    mailbox: 'INBOX',
    state,
    since: 0,
    failing: null,
    messages: null,
    heardAt: null,
    attempt: null,
    lastFull: null,
    ...more,
  };
}

export function heldSessions(
  id: string,
  accountId: string,
  more: Partial<HeldSessions> = {},
): HeldSessions {
  return {
    id: id as HeldSessionsId,
    accountId: accountId as AccountId,
    sharedBy: null,
    name: 'imap.example.org',
    port: 993,
    security: 'tls',
    mechanism: 'tls13-ticket',
    endsAt: [],
    issuedTo: 'INBOX',
    issuedAt: 0,
    fullHandshakeAt: 0,
    resumptions: 0,
    ...more,
  };
}

export function snapshot(more: Partial<Snapshot> = {}): Snapshot {
  return {
    version: 1,
    app: {
      version: '0.0.0',
      shell: 'host',
      engine: 'Node',
      dataDir: '/tmp',
      hasFileModes: true,
      protection: { kind: 'memory' },
      demo: false,
      demoOnly: false,
    },
    settings: DEFAULT_SETTINGS,
    totals: {
      since: 0,
      resumed: 0,
      full: 0,
      refused: 0,
      off: 0,
      failed: 0,
      savedMs: 0,
      savedBasis: { lowMs: 0, highMs: 0, counted: 0, uncounted: 0, full: 0, resumed: 0 },
      unmeasured: null,
      savedBytes: 0,
      strip: [],
    },
    accounts: [],
    connections: [],
    heldSessions: [],
    checks: [],
    notices: [],
    tests: [],
    signIns: [],
    oauthClients: [],
    clientWatches: [],
    clientConnections: [],
    clientLabs: [],
    labConnections: [],
    ...more,
  };
}
