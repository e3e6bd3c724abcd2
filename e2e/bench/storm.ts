/**
 * The wake storm: many connections of one account start at once, as after sleep, and all are to
 * IDLE. Cold: nothing is held. Warm: a storm like it has just ended.
 */
import { ImapFlow, type ImapTransport } from 'imapflow';
import { connect as connectTls, createSecureContext } from 'node:tls';
import {
  createReuseTransport,
  SessionCache,
  type TlsTrust,
} from '../../electron/core/tls/index.ts';
import type { SharingPolicy } from '../../shared/model.ts';
import { Dovecot } from '../fixtures/servers/dovecot.ts';
import { SERVERNAME, type LatestSession } from './dial.ts';
import { Eavesdropper } from './eavesdropper.ts';
import { rowOf, type Row, type Sample } from './row.ts';
import { serverCpuMs } from './sequential.ts';

const CONNECTIONS = 50;
const RUNS = 5;
const STORMS_OBSERVED = 3;
const DAY = 86_400_000;

/** A way of keeping sessions; fresh for each storm that is to be cold. */
interface Keeper {
  /** The transport for one connection, and whether that one was resumed once it is up. */
  connection(): { transport: ImapTransport; wasResumed: () => boolean };
}

const KEEPERS = {
  saving: (trust: TlsTrust) => cacheKeeper(trust, 'saving'),
  private: (trust: TlsTrust) => cacheKeeper(trust, 'private'),
  off: (trust: TlsTrust) => cacheKeeper(trust, null),
  'latest-only': latestOnlyKeeper,
} satisfies Record<string, (trust: TlsTrust) => Keeper>;

type Variant = keyof typeof KEEPERS;
const VARIANTS = Object.keys(KEEPERS) as Variant[];

function cacheKeeper(trust: TlsTrust, sharing: SharingPolicy | null): Keeper {
  const cache = new SessionCache();
  if (sharing === null) cache.setEnabled('bench', false);
  else cache.setPolicy('bench', { sharing, maxAgeMs: 7 * DAY });
  return {
    connection: () => {
      let resumed = false;
      const transport = createReuseTransport({
        cache,
        account: 'bench',
        trust,
        onEvent: (event) => {
          if (event.kind === 'handshake') resumed = event.outcome.kind === 'resumed';
        },
      });
      return { transport, wasResumed: () => resumed };
    },
  };
}

/** As `https.Agent` does: the latest session, offered to all. */
function latestOnlyKeeper(trust: TlsTrust): Keeper {
  const secureContext = createSecureContext(trust.kind === 'ca' ? { ca: trust.pem } : {});
  const latest: LatestSession = { session: null };
  return {
    connection: () => {
      let resumed = false;
      const transport: ImapTransport = {
        connect: ({ host, port }, onConnect) => {
          const socket = connectTls({
            host,
            port,
            servername: SERVERNAME,
            secureContext,
            ...(latest.session === null ? {} : { session: latest.session }),
          });
          socket.on('session', (session) => {
            latest.session = session;
          });
          socket.once('secureConnect', () => {
            resumed = socket.isSessionReused();
            onConnect();
          });
          return socket;
        },
      };
      return { transport, wasResumed: () => resumed };
    },
  };
}

interface Storm {
  readonly resumed: number;
  readonly idleMs: number;
  readonly serverMs: number;
}

async function storm(server: Dovecot, keeper: Keeper, port = server.tlsPort): Promise<Storm> {
  const cpuBefore = await serverCpuMs(server);
  const startedAt = performance.now();
  const connections = Array.from({ length: CONNECTIONS }, () => keeper.connection());
  const clients = connections.map(
    ({ transport }) =>
      new ImapFlow({
        host: server.host,
        port,
        servername: SERVERNAME,
        secure: true,
        auth: { user: 'ann', pass: server.users['ann'] ?? '' },
        logger: false,
        transport,
      }),
  );
  await Promise.all(
    clients.map(async (client) => {
      await client.connect();
      await client.mailboxOpen('INBOX');
    }),
  );
  const idleMs = performance.now() - startedAt;
  const serverMs = (await serverCpuMs(server)) - cpuBefore;
  const resumed = connections.filter(({ wasResumed }) => wasResumed()).length;
  await Promise.all(clients.map((client) => client.logout()));
  return { resumed, idleMs, serverMs };
}

/** The rows of all variants, cold and warm. */
export async function benchStorm(): Promise<Row[]> {
  await using server = await Dovecot.start({ kind: 'one-process' });
  const trust: TlsTrust = { kind: 'ca', pem: server.certificate.caPem };
  // The first connections of a new Dovecot start its processes; no variant is to pay for that.
  await storm(server, KEEPERS.off(trust));
  const storms = new Map<string, Storm[]>();
  for (let run = 0; run < RUNS; run += 1) {
    // Turn by turn, beginning elsewhere each time: none has the better place in the run.
    for (let turn = 0; turn < VARIANTS.length; turn += 1) {
      const variant = VARIANTS[(run + turn) % VARIANTS.length];
      if (variant === undefined) continue;
      const keeper = KEEPERS[variant](trust);
      for (const start of ['cold', 'warm'] as const) {
        const key = `${start}-${variant}`;
        storms.set(key, [...(storms.get(key) ?? []), await storm(server, keeper)]);
      }
    }
  }
  const rows = (['cold', 'warm'] as const).flatMap((start) =>
    VARIANTS.flatMap((variant) => {
      const mine = storms.get(`${start}-${variant}`) ?? [];
      const off = storms.get(`${start}-off`) ?? [];
      const against = (pick: (storm: Storm) => number): Sample[] =>
        mine.map((result, run) => ({
          value: pick(result),
          baseline: pick(off[run] ?? result),
        }));
      const id = `storm-${start}-${variant}`;
      const what = `${CONNECTIONS} connections at once, ${start}, ${variant}`;
      return [
        rowOf(
          id,
          `${what}: share resumed`,
          'share',
          mine.map(({ resumed }) => ({ value: resumed / CONNECTIONS })),
        ),
        rowOf(
          `${id}-time`,
          `${what}: until all are idle, against off`,
          'ms',
          against((s) => s.idleMs),
        ),
        rowOf(
          `${id}-cpu`,
          `${what}: server CPU, against off`,
          'ms',
          against((s) => s.serverMs),
        ),
      ];
    }),
  );
  return [...rows, await benchRepeats(server, trust)];
}

/** What an observer sees of three storms in a row, apart from the timed ones: it costs time itself. */
async function benchRepeats(server: Dovecot, trust: TlsTrust): Promise<Row> {
  const repeatsOf = async (keeper: Keeper): Promise<number> => {
    await using eavesdropper = await Eavesdropper.start(server.tlsPort);
    for (let turn = 0; turn < STORMS_OBSERVED; turn += 1) {
      await storm(server, keeper, eavesdropper.port);
    }
    return eavesdropper.repeats;
  };
  const value = await repeatsOf(KEEPERS.private(trust));
  const baseline = await repeatsOf(KEEPERS['latest-only'](trust));
  return rowOf(
    'storm-private-repeats',
    `tickets offered again in ${STORMS_OBSERVED} storms under private, as seen on the wire, against latest-only`,
    'offers',
    [{ value, baseline }],
  );
}
