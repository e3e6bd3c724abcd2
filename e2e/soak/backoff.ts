/** How often the real program asks servers that fail after TLS, by their own count, in real time. */
import { setTimeout as delay } from 'node:timers/promises';
import {
  HUNDRED,
  WAYS_OF_FAILING,
  type Seen,
} from '../../electron/core/connections/testing/failing-servers.ts';
import { connectTo } from '../fixtures/program/engine-client.ts';
import { RepriseProcess } from '../fixtures/program/reprise-process.ts';

/** Of one account each. */
export const SIZES = [1, 5, 30, 100] as const;

/** What an account with so many mailboxes asked of its server, minute by minute. */
export interface Asked {
  readonly mailboxes: number;
  readonly minutes: readonly Seen[];
}

/** Lets a server fail in one way, for an account of each size, for so many minutes. */
export async function backoff(way: string, minutes: number): Promise<readonly Asked[]> {
  const start = WAYS_OF_FAILING[way];
  if (start === undefined) throw new Error(`There is no way of failing named "${way}".`);
  await using stack = new AsyncDisposableStack();
  const reprise = await RepriseProcess.start();
  stack.defer(() => reprise.cleanUp());
  const client = await connectTo(reprise);
  stack.defer(() => {
    client.close();
  });
  const accounts = await Promise.all(
    SIZES.map(async (mailboxes) => {
      const failing = stack.use(await start());
      const timer = setInterval(() => {
        failing.eachSecond();
      }, 1000);
      stack.defer(() => {
        clearInterval(timer);
      });
      const { server } = failing;
      await client.engine.addAccount({
        label: `${mailboxes} mailboxes`,
        user: server.user,
        password: server.password,
        host: server.host,
        port: server.port,
        security: server.security,
        servername: server.servername,
        trust: { kind: 'ca', fileName: 'ca.pem', pem: server.caPem },
        mailboxes: HUNDRED.slice(0, mailboxes),
      });
      return { mailboxes, failing };
    }),
  );
  const counted: (readonly Seen[])[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    await delay(60_000);
    counted.push(accounts.map(({ failing }) => failing.seen()));
  }
  await reprise.interrupt();
  return accounts.map(({ mailboxes }, index) => ({
    mailboxes,
    minutes: counted.map((all, minute) => {
      const none = { logins: 0, handshakes: 0 };
      const [now, before] = [all[index] ?? none, counted[minute - 1]?.[index] ?? none];
      return {
        logins: now.logins - before.logins,
        handshakes: now.handshakes - before.handshakes,
      };
    }),
  }));
}
