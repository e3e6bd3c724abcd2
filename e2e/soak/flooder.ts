/**
 * A server that floods, in a process of its own so that it takes no time from who measures: started
 * with the name of one of the {@link FLOODS}. Its first line of output is a {@link Flooder}.
 */
import { createAuthority, fault, startImapServer } from '../../electron/core/demo/testing/index.ts';
import type { Security } from '../../shared/model.ts';
import { startTicketServer } from '../fixtures/servers/ticket-server.ts';
import { FLOODS, MAILBOXES } from './floods.ts';

/** Where it is, and how to sign in. */
export interface Flooder {
  readonly port: number;
  readonly security: Security;
  readonly caPem: string;
  readonly user: string;
  readonly password: string;
}

const [, , name = ''] = process.argv;
const flood = FLOODS[name];
if (flood === undefined) throw new Error(`There is no flood "${name}".`);
const authority = await createAuthority();
const { security = 'tls' } = flood;
const server = await startImapServer({
  authority,
  security,
  mailboxes: Object.fromEntries(MAILBOXES.map((mailbox) => [mailbox, 3])),
  script: flood.at === 'tickets' ? {} : { [flood.at]: fault.endless(flood.text) },
});
const tickets =
  flood.at === 'tickets' ? await startTicketServer(await authority.issue(), 50_000) : null;
process.once('SIGTERM', () => {
  void (async () => {
    await tickets?.[Symbol.asyncDispose]();
    process.exit();
  })();
});
const { caPem, user, password } = server;
const flooder: Flooder = { port: (tickets ?? server).port, security, caPem, user, password };
process.stdout.write(`${JSON.stringify(flooder)}\n`);
