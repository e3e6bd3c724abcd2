/** Connections that are never made, for showing how the program bears many of them. */
import type { AppDeps } from '../../../electron/core/app.ts';
import { createAuthority } from '../../../electron/core/demo/testing/index.ts';
import { SimulatedConnections } from './connections.ts';

/** How many connections are simulated, and how many handshakes a second they have together. */
export interface Simulation {
  readonly connections: number;
  readonly rate: number;
}

const MAILBOXES_EACH = 10;

/** What an engine is made with so that its demo is simulated. */
export function simulated({ connections, rate }: Simulation) {
  return {
    demoOnly: true,
    connections: (deps) => new SimulatedConnections({ ...deps, rate }),
    demoServers: async () => ({
      servers: simulatedServers(connections),
      caPem: (await createAuthority()).certPem,
      close: () => Promise.resolve(),
    }),
  } satisfies Partial<AppDeps>;
}

/** Servers for so many connections, ten each, named as what they are: there is none. */
export function simulatedServers(connections: number) {
  return Array.from({ length: Math.ceil(connections / MAILBOXES_EACH) }, (_, index) => {
    const mailboxes = Math.min(MAILBOXES_EACH, connections - index * MAILBOXES_EACH);
    return {
      label: `Simulated ${String(index + 1)}`,
      user: `simulated-${String(index + 1)}`,
      password: 'simulated',
      // A name that can never be a server's (RFC 2606).
      host: 'simulated.invalid',
      servername: 'simulated.invalid',
      port: 993,
      security: 'tls' as const,
      mailboxes: Array.from({ length: mailboxes }, (_, mailbox) =>
        mailbox === 0 ? 'INBOX' : `Folder ${String(mailbox)}`,
      ),
    };
  });
}
