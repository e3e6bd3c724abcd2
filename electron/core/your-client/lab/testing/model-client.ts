/** A model of mail programs and of the lab, for histories that are longer than a hand writes. */
import type {
  LabConnection,
  LabOffer,
  LabVariant,
  LabWay,
} from '../../../../../shared/client-check.ts';
import { LAB_STEPS, type LabStep } from '../../../../../shared/client-findings.ts';
import { labConnection } from './lab-connection.ts';

/** What a program does; the one that says nothing of itself is right in every way. */
export interface ModelClient {
  readonly name: string;
  /** What it puts into its store; `latest` keeps one session. */
  readonly keeps: 'none' | 'latest' | 'all';
  /** Mechanisms whose sessions reach its store. */
  readonly takes: readonly LabVariant[];
  /** It takes a TLS 1.3 ticket out of the store as it offers it; else whenever another came. */
  readonly isSingleUse: boolean;
  /** The same with sessions of TLS 1.2. */
  readonly isSingleUse12: boolean;
  readonly offersExpired: boolean;
  readonly forgetsRefused: boolean;
  readonly minds: { readonly port: boolean; readonly name: boolean };
  readonly verifies: boolean;
  readonly fallsBack: boolean;
  /** Under TLS 1.2 what was offered is gone when the server renewed it (OpenSSL's callback alone). */
  readonly losesRenewed: boolean;
  readonly saysGoodbye: boolean;
  /** It closes as soon as the handshake is done. */
  readonly isHasty: boolean;
  readonly hello: NonNullable<LabConnection['hello']>;
  readonly connectionsOfProcess: number;
}

export const RIGHT: ModelClient = {
  name: 'right',
  keeps: 'all',
  takes: ['tls13-ticket', 'tls12-ticket', 'session-id'],
  isSingleUse: true,
  isSingleUse12: false,
  offersExpired: false,
  forgetsRefused: true,
  minds: { port: true, name: true },
  verifies: true,
  fallsBack: true,
  losesRenewed: false,
  saysGoodbye: true,
  isHasty: false,
  hello: { supportsTls13: true, takesTickets: true, pskModes: [1] },
  connectionsOfProcess: Number.POSITIVE_INFINITY,
};

/** What the lab does to one connection. */
export interface ModelStep {
  readonly variant: LabVariant;
  readonly way: LabWay;
  readonly step: LabStep;
  readonly port: number;
  readonly name: string;
}

const VARIANTS = ['tls13-ticket', 'tls12-ticket', 'session-id'] as const;
const WAYS = ['tls', 'starttls'] as const;
export const PORTS = { tls: 10_993, starttls: 10_143 } as const;

/** Each mechanism either way, then two ports and two names. */
export const WHOLE_PLAN: readonly ModelStep[] = VARIANTS.flatMap((variant) =>
  WAYS.flatMap((way) =>
    LAB_STEPS.flatMap((step) => {
      const one = { variant, way, step, port: PORTS[way], name: 'a.example' };
      if (step === 'no-fresh-ticket') return [one, one, one];
      if (step === 'refused') return [one, one];
      if (step === 'other-port')
        return [
          { ...one, port: one.port + 1 },
          { ...one, port: one.port + 2 },
        ];
      return [step === 'other-name' ? { ...one, name: 'b.example' } : one];
    }),
  ),
);

interface Held extends LabOffer {
  readonly givenAt: number;
}

const PAUSE_MS = 3500;

/** The history of a program that goes through a plan. */
export function historyOf(
  client: ModelClient,
  plan: readonly ModelStep[] = WHOLE_PLAN,
): readonly LabConnection[] {
  let store: Held[] = [];
  let now = 1_800_000_000_000;
  return plan.map((at, index) => {
    const number = index + 1;
    now += at.step === 'expired' ? PAUSE_MS : 100;
    const pid = 100 + Math.floor(index / client.connectionsOfProcess);
    if (index % client.connectionsOfProcess === 0) store = [];
    const held = store.findLast((each) => isOffered(client, each, at, now));
    const { connection, kept } = meet(client, at, number, now, held);
    if (held !== undefined) {
      const isGone =
        (held.mechanism === 'tls13-ticket' ? client.isSingleUse : client.isSingleUse12) ||
        (client.forgetsRefused && connection.outcome.kind === 'refused') ||
        (client.losesRenewed && held.mechanism === 'tls12-ticket' && kept.length > 0);
      if (isGone) store = store.filter((each) => each !== held);
      if (
        client.losesRenewed &&
        connection.outcome.kind === 'resumed' &&
        at.variant !== 'tls13-ticket'
      )
        kept.length = 0;
    }
    if (client.keeps !== 'none' && client.takes.includes(at.variant) && kept.length > 0) {
      const isOther = (each: Held) =>
        each.mechanism !== at.variant || !isSamePlace(client, each, at);
      const others = client.keeps === 'latest' || at.variant !== 'tls13-ticket';
      store = [
        ...(others ? store.filter(isOther) : store),
        ...kept.slice(client.keeps === 'latest' ? -1 : 0),
      ];
    }
    return { ...connection, program: { kind: 'process', name: client.name, pid } };
  });
}

function isSamePlace({ minds }: ModelClient, { issued }: Held, { port, name }: ModelStep): boolean {
  return (!minds.port || issued?.port === port) && (!minds.name || issued?.serverName === name);
}

function isOffered(client: ModelClient, held: Held, at: ModelStep, now: number): boolean {
  return (
    held.mechanism === at.variant &&
    isSamePlace(client, held, at) &&
    (client.offersExpired || !isPast(held, now))
  );
}

function isPast({ lifetimeMs, givenAt }: Held, now: number): boolean {
  return lifetimeMs !== null && now - givenAt > lifetimeMs;
}

function meet(
  client: ModelClient,
  at: ModelStep,
  number: number,
  now: number,
  held: Held | undefined,
): { readonly connection: LabConnection; readonly kept: Held[] } {
  const { variant, step, way, port, name } = at;
  const isUntrusted = step === 'untrusted' || step === 'after-untrusted';
  const isOver = held !== undefined && isPast(held, now);
  const isElsewhere =
    held !== undefined && (held.issued?.port !== port || held.issued.serverName !== name);
  const isTaken =
    held !== undefined && !isOver && !isElsewhere && step !== 'refused' && step !== 'untrusted';
  const answer = held === undefined ? 'full' : isTaken ? 'resumed' : 'refused';
  const isFailed =
    (isUntrusted && !isTaken && client.verifies) || (answer === 'refused' && !client.fallsBack);
  const fresh = variant === 'session-id' ? 0 : 1;
  const givesAny = isGivenTo(client, variant);
  const count = isTaken
    ? step === 'no-fresh-ticket'
      ? 0
      : fresh
    : variant === 'tls13-ticket'
      ? 2
      : 1;
  const sessionsGiven = givesAny && !isFailed ? count : 0;
  const kept = Array.from({ length: sessionsGiven }, (_, index): Held => {
    return {
      mechanism: variant,
      sameAs: null,
      identity: `${number}${String.fromCodePoint(97 + index)}`,
      issuedBy: number,
      issued: { port, serverName: name },
      ageMs: null,
      lifetimeMs: variant === 'session-id' ? null : step === 'short-lived' ? 1000 : 7_200_000,
      givenAt: now,
    };
  });
  const connection = labConnection(number, {
    variant,
    way,
    port,
    step,
    startedAt: now,
    serverName: name,
    dialledName: name,
    hello: client.hello,
    offers: held === undefined ? [] : [{ ...held, ageMs: now - held.givenAt }],
    sessionsGiven,
    certificate: isUntrusted ? 'untrusted' : 'own',
    hasSpoken: !isFailed && !client.isHasty,
    readAfterMs: isFailed || client.isHasty ? null : 1,
    outcome: isFailed
      ? { kind: 'failed', reason: 'client-gave-up', answer, text: 'The client gave up.' }
      : answer === 'full'
        ? { kind: 'full', reason: 'none-offered' }
        : { kind: answer, mechanism: variant },
    ended: {
      by: 'client',
      how: client.isHasty ? 'reset' : 'close',
      closeNotify: isFailed ? null : client.saysGoodbye ? 'yes' : 'no',
      afterMs: 50,
    },
  });
  return { connection, kept: client.isHasty && variant === 'tls13-ticket' ? [] : kept };
}

function isGivenTo({ hello }: ModelClient, variant: LabVariant): boolean {
  switch (variant) {
    case 'tls13-ticket':
      return hello.pskModes.length > 0;
    case 'tls12-ticket':
      return hello.takesTickets;
    case 'session-id':
      return true;
  }
}
