/**
 * The lab: mail servers that take a client through a plan of what servers do, and what its connections
 * show by that. Nothing of what is said is kept, and no user or password is looked at.
 */
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import {
  CLIENT_CHECK_SCHEMA_VERSION,
  type ClientCheckReport,
  type LabConnection,
  type LabPlanStep,
  type LabWay,
} from '../../../../shared/client-check.ts';
import type { FindingId } from '../../../../shared/client-findings.ts';
import type { MailProtocol } from '../../../../shared/check.ts';
import type { WatchedProgram } from '../../../../shared/your-client.ts';
import { hasTicketKeyHook, type ServerCertificate } from '../../demo/index.ts';
import { reachOf } from '../pass-through.ts';
import type { ProcessFinder } from '../process-finder.ts';
import { LISTEN_PORTS } from '../watch-plan.ts';
import { KeptSessions, LabSessions } from './visit/lab-sessions.ts';
import { judge } from './verdict.ts';
import { LabVisit, type LabHouse } from './visit/lab-visit.ts';
import { Plan } from './plan.ts';

/** More at once are a mistake. */
export const MOST_VISITORS = 500;
/** Rows that are kept, and as many again; later ones push the earliest out. */
const MOST_KEPT = 5000;

/** A port that is to be listened at. */
export interface LabPort {
  readonly protocol: MailProtocol;
  readonly way: LabWay;
  /** 0 for any that is free. */
  readonly port: number;
  /** Any other one will do where it is taken. */
  readonly isOptional: boolean;
}

/**
 * The lab's ports for a protocol; each may be another one where it is taken.
 *
 * @param tlsPort the one that must be had for TLS from the first byte; `null` for the usual one
 */
export function labPorts(
  protocol: MailProtocol,
  tlsPort: number | null = null,
): readonly LabPort[] {
  return (['tls', 'starttls'] as const).map((way) => {
    const chosen = way === 'tls' ? tlsPort : null;
    const port = chosen ?? LISTEN_PORTS[protocol][way];
    return { protocol, way, port, isOptional: chosen === null };
  });
}

export interface LabOptions {
  readonly ports: readonly LabPort[];
  readonly listenAddress: string;
  /** Names that are mapped to the lab, beside localhost and addresses. */
  readonly names: readonly string[];
  /** Whether one process is to use two ports. */
  readonly hasOtherPort: boolean;
  readonly own: ServerCertificate;
  /** One that nobody vouches for. */
  readonly untrusted: ServerCertificate;
  readonly processes: ProcessFinder;
  /** Whether fresh tickets can be given with a resumption: not in every runtime. */
  readonly canRenew?: boolean;
}

/** Where the lab listens. */
type LabDoorway = ClientCheckReport['listening'][number];

/** Hears of a connection whenever more is known of it, and of it all when it is over. */
export type LabListener = (connection: LabConnection, isOver: boolean) => void;

export class Lab implements AsyncDisposable {
  readonly #options: LabOptions;
  readonly #listener: LabListener;
  readonly #house: LabHouse;
  readonly #servers: Server[] = [];
  readonly #doorways: LabDoorway[] = [];
  readonly #insteadOf = new Map<number, number>();
  readonly #open = new Map<number, LabVisit>();
  readonly #over: LabConnection[] = [];
  #number = 0;
  #notLetIn = 0;
  /** Connections that are over, and not kept. */
  #leftOut = 0;
  /** Tells processes apart where the system does not. */
  #run = 0;

  private constructor(options: LabOptions, listener: LabListener) {
    this.#options = options;
    this.#listener = listener;
    const { own, untrusted, names, processes, hasOtherPort } = options;
    const canRenew = options.canRenew ?? hasTicketKeyHook();
    const sessions = new LabSessions();
    const planOf = (way: LabWay): Plan =>
      new Plan({
        way,
        canRenew,
        hasOtherPort,
        hasOtherName: names.length > 1,
        session: (hash) => sessions.given(hash),
      });
    this.#house = {
      sessions,
      plans: { tls: planOf('tls'), starttls: planOf('starttls') },
      secrets: { own, untrusted, ticketSecret: randomBytes(32), kept: new KeptSessions() },
      names,
      find: (socket, tell) => {
        const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = socket;
        processes.find({ localAddress, localPort, remoteAddress, remotePort }, tell);
      },
      processOf: (program) => this.#processOf(program),
      changed: (visit) => {
        this.#changed(visit);
      },
    };
  }

  /** Listens. @throws the system's error where a port that must be had cannot */
  static async start(options: LabOptions, listener: LabListener): Promise<Lab> {
    const lab = new Lab(options, listener);
    try {
      for (const port of options.ports) await lab.#listen(port);
    } catch (error) {
      await lab[Symbol.asyncDispose]();
      throw error;
    }
    return lab;
  }

  get doorways(): readonly LabDoorway[] {
    return this.#doorways;
  }

  /** The port that was wanted where it listens at this one, and was taken; `null` where none was. */
  insteadOf(port: number): number | null {
    return this.#insteadOf.get(port) ?? null;
  }

  /** The plan for one way to begin TLS. */
  plan(way: LabWay): Plan {
    return this.#house.plans[way];
  }

  /** The plans that have begun, one after the other. */
  get steps(): readonly LabPlanStep[] {
    const { tls, starttls } = this.#house.plans;
    return [tls, starttls].filter(({ hasBegun }) => hasBegun).flatMap(({ steps }) => steps);
  }

  /** The latest, in the order in which they came. */
  connections(): readonly LabConnection[] {
    const open = [...this.#open.values()]
      .filter(({ isBeyond }) => !isBeyond)
      .map((visit) => visit.view());
    return [...this.#over, ...open].toSorted((a, b) => a.number - b.number);
  }

  /** How many connections came. */
  get count(): number {
    return this.#number;
  }

  /** Connections that were not let in, because too many were open. */
  get notLetIn(): number {
    return this.#notLetIn;
  }

  get open(): number {
    return this.#open.size;
  }

  /** A program is started anew: what comes from now on is of another process. */
  beginRun(): void {
    this.#run += 1;
  }

  /** Whether every plan that has begun is over; one at least has. */
  get isOver(): boolean {
    const begun = Object.values(this.#house.plans).filter(({ hasBegun }) => hasBegun);
    return begun.length > 0 && begun.every(({ isOver }) => isOver);
  }

  /** Something that is different whenever a plan has come further. */
  get mark(): string {
    return Object.values(this.#house.plans)
      .map(({ mark }) => mark)
      .join(' ');
  }

  /** Everything by now, as a document. */
  report(
    about: Pick<ClientCheckReport, 'program' | 'startedAt' | 'problem'>,
    allowed: ReadonlySet<FindingId>,
  ): ClientCheckReport {
    const connections = this.connections();
    return {
      schemaVersion: CLIENT_CHECK_SCHEMA_VERSION,
      ...about,
      tookMs: Math.max(0, Date.now() - about.startedAt),
      listening: [...this.#doorways],
      names: [...this.#options.names],
      ...judge(connections, allowed),
      plan: [...this.steps],
      connections: [...connections],
      leftOut: this.#leftOut,
    };
  }

  /** Lets nobody in any more, and cuts off who is there. */
  async [Symbol.asyncDispose](): Promise<void> {
    const closing = this.#servers.map(async (server) => {
      const closed = once(server, 'close');
      server.close();
      await closed;
    });
    for (const visit of this.#open.values()) visit.cutOff();
    await Promise.all(closing);
  }

  async #listen({ protocol, way, port, isOptional }: LabPort): Promise<void> {
    const { listenAddress } = this.#options;
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    let insteadOf: number | null = null;
    try {
      await listening(server, listenAddress, port);
    } catch (error) {
      if (!isOptional || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      insteadOf = port;
      await listening(server, listenAddress, 0);
    }
    this.#servers.push(server);
    // One that is not accepted, for want of sockets, ends no other.
    server.on('error', () => {
      this.#notLetIn += 1;
    });
    const { address, port: actual } = server.address() as AddressInfo;
    const reach = reachOf(address);
    this.#doorways.push({ protocol, way, address, port: actual, reach });
    if (insteadOf !== null) this.#insteadOf.set(actual, insteadOf);
    server.on('connection', (socket) => {
      void this.#letIn(socket, { protocol, way, port: actual });
    });
  }

  async #letIn(
    socket: Socket,
    door: { readonly protocol: MailProtocol; readonly way: LabWay; readonly port: number },
  ): Promise<void> {
    if (this.#open.size >= MOST_VISITORS) {
      socket.on('error', () => undefined);
      socket.resetAndDestroy();
      this.#notLetIn += 1;
      return;
    }
    this.#number += 1;
    const number = this.#number;
    const visit = new LabVisit(number, socket, door, this.#house);
    this.#open.set(number, visit);
    await visit.serve();
  }

  #changed(visit: LabVisit): void {
    if (visit.isOver) this.#open.delete(visit.number);
    if (visit.isBeyond) return;
    const view = visit.view();
    if (visit.isOver) {
      const at = this.#over.findLastIndex(({ number }) => number === view.number);
      if (at >= 0) this.#over[at] = view;
      else this.#over.push(view);
      if (this.#over.length > 2 * MOST_KEPT) {
        this.#over.splice(0, MOST_KEPT);
        this.#leftOut += MOST_KEPT;
      }
    }
    this.#listener(view, visit.isOver);
  }

  #processOf(program: WatchedProgram): string {
    return program.kind === 'process'
      ? `${String(this.#run)} ${String(program.pid)}`
      : String(this.#run);
  }
}

async function listening(server: Server, host: string, port: number): Promise<void> {
  server.listen({ host, port, exclusive: true, backlog: 1024 });
  await once(server, 'listening');
}
