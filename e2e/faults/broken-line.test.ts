/**
 * A line that breaks, falls silent or carries nonsense at every place of a connect: counted in
 * bytes, so that also the middle of a ClientHello, a ServerHello and a certificate is met.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImapServerOptions } from '../../electron/core/demo/testing/index.ts';
import { CuttingProxy, type Cut } from './cutting-proxy.ts';
import { FaultStand } from './fault-stand.ts';

/** How the server behind the line is set up. */
const SERVERS: readonly (readonly [string, ImapServerOptions])[] = [
  ['TLS 1.3', { protocol: 'TLSv1.3' }],
  ['TLS 1.2', { protocol: 'TLSv1.2' }],
  ['STARTTLS', { security: 'starttls', protocol: 'TLSv1.3' }],
];

/** In the record header, the ServerHello, the certificate, the greeting and the commands after. */
const OF_THE_SERVER = [0, 3, 40, 300, 700, 1200, 1600];
/** In the record header and the middle of the ClientHello, and in what follows it. */
const OF_THE_CLIENT = [1, 150, 320, 500];

const cuts = (by: Cut['by'], of: Cut['of'], places: readonly number[]): Cut[] =>
  places.map((afterBytes) => ({ by, of, afterBytes }));

const CUTS: readonly Cut[] = [
  ...cuts('reset', 'server', OF_THE_SERVER),
  ...cuts('reset', 'client', OF_THE_CLIENT),
  ...cuts('silence', 'server', OF_THE_SERVER),
  ...cuts('silence', 'client', OF_THE_CLIENT),
  // Nonsense that reaches the server is the server's to judge.
  ...cuts('noise', 'server', OF_THE_SERVER),
];

/** What may be said of it, by how the line broke. */
const SAYS: Readonly<Record<Cut['by'], { code: RegExp; message: RegExp }>> = {
  reset: {
    code: /^(?:closed|tls)$/,
    message:
      /broke off while (?:connecting|asking for TLS|setting up TLS|waiting for|signing in|opening|watching)/,
  },
  silence: {
    code: /^timeout$/,
    message: /within \d+ s/,
  },
  noise: {
    code: /^(?:closed|tls|not-tls|not-imap|timeout)$/,
    message:
      /(?:does|did) not speak TLS|TLS with .* failed|is not IMAP|not an IMAP server|broke off|sent no IMAP greeting/,
  },
};

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
  await stand.watchHealthy();
});
afterAll(() => stand[Symbol.asyncDispose]());

describe.each(SERVERS)('a line to a server with %s', (_name, options) => {
  it.each(CUTS)(
    'that breaks by $by after $afterBytes bytes of the $of is named, tried again, and harms nobody',
    async (cut) => {
      await using server = await stand.server(options);
      await using line = await CuttingProxy.start(server.port, cut);
      const id = await stand.add(server, { port: line.port });
      await line.reached;
      const { kind, problem } =
        cut.by === 'reset' ? await stand.problem(id) : await stand.problemInTime(id);
      expect({ kind, code: problem.code, message: problem.message }).toEqual({
        kind: 'retrying',
        code: expect.stringMatching(SAYS[cut.by].code),
        message: expect.stringMatching(SAYS[cut.by].message),
      });
      // Nothing is left of the attempt, on either side of the line.
      await server.until(({ open }) => open === 0);
      line.heal();
      await stand.recovers(id);
      expect(stand.harm()).toEqual([]);
      await stand.remove(id);
    },
  );
});
