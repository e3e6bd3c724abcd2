/**
 * One connection of a check: dial, TLS with the session given, read the greeting, say goodbye.
 * Nothing is remembered from one visit to the next.
 */
import { isIP, type Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { connect as connectTls, type SecureContext, type TLSSocket } from 'node:tls';
import type { CheckCertificate, CheckTarget } from '../../../shared/check.ts';
import type { TlsProtocol } from '../../../shared/model.ts';
import { dialBy, type Way } from '../proxy/index.ts';
import {
  asksForCertificate,
  certificateFacts,
  MAX_TICKETS,
  normalName,
  onSilence,
  peerCertificate,
  SILENCE_MS,
  withoutZone,
  type Dialled,
  type IdentityCheck,
} from '../tls/index.ts';
import { CONVERSATIONS, ReplyReader, type Conversation, type Line } from './conversation.ts';
import { CheckCancelled, CheckFailure, failureOf, type StepName } from '../failures/index.ts';
import { STEP_LIMITS_MS } from './limits.ts';

/** Where to, and with what. */
export interface VisitOptions {
  readonly target: CheckTarget;
  /** Of the target; or its host, for whichever address that stands for. */
  readonly address: string;
  readonly context: SecureContext;
  /** Whether the certificate is that of the target. */
  readonly checkIdentity: IdentityCheck;
  /** A session to offer. */
  readonly session?: Buffer | null;
  /** Ask the server for its name, where it offers that. */
  readonly identify?: boolean;
  readonly way: Way;
  /** By which of its ways it went, before anything is said there. What this throws ends the visit. */
  readonly onVia: (via: string | null) => void;
  readonly signal: AbortSignal;
}

/** What came of it. */
export interface Visit {
  readonly resumed: boolean;
  readonly protocol: TlsProtocol | null;
  /** Every session that came, oldest first. */
  readonly sessions: readonly Buffer[];
  /** From the ClientHello until TLS was there. */
  readonly ms: number;
  /** From the ClientHello until the first line after it. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** `null` on a resumed connection, which shows none. */
  readonly certificate: CheckCertificate | null;
  readonly greeting: string;
  /** The answer to {@link VisitOptions.identify}. */
  readonly identity: string | null;
}

/**
 * Visits the server once.
 *
 * @throws CheckFailure when the server could not be tested
 * @throws CheckCancelled when `signal` said so; every socket is closed then
 */
export async function visit(options: VisitOptions): Promise<Visit> {
  const { signal } = options;
  if (signal.aborted) throw new CheckCancelled();
  let raw: Socket | null = null;
  const cancel = (): void => {
    raw?.destroy();
  };
  signal.addEventListener('abort', cancel);
  try {
    const dialled = await dial(options);
    raw = dialled.socket;
    // Who waits hears of it by a listener of its own; an error nobody listens to ends the program.
    raw.on('error', ignore);
    options.onVia(dialled.via);
    return await talk(raw, options);
  } catch (error) {
    // Whatever it broke over, it broke because it was cancelled.
    if (isAborted(signal)) throw new CheckCancelled();
    throw error;
  } finally {
    signal.removeEventListener('abort', cancel);
    raw?.destroy();
  }
}

/** @throws CheckFailure where no connection comes about */
async function dial({ target, address, way, signal }: VisitOptions): Promise<Dialled> {
  const late = new AbortController();
  const limitMs = STEP_LIMITS_MS.tcp;
  let timer: NodeJS.Timeout | undefined;
  // By its name, as exceptions and PAC files have it, whichever address it stands for.
  const there: Way = () => way({ host: usableName(target.host), port: target.port });
  const dialling = {
    signal: AbortSignal.any([signal, late.signal]),
    phase: (phase: 'dns' | 'tcp' | 'proxy') => {
      if (phase === 'tcp') return;
      clearTimeout(timer);
      // A proxy has its own time, and its own sentence.
      if (phase === 'dns') timer = setTimeout(() => late.abort(), limitMs);
    },
    tries: () => undefined,
  };
  try {
    return await dialBy(there)({ host: usableName(address), port: target.port }, dialling);
  } catch (error) {
    if (late.signal.aborted) throw new CheckFailure('timeout', 'tcp', { limitMs });
    throw error instanceof CheckFailure ? error : failureOf(error, 'tcp', null);
  } finally {
    clearTimeout(timer);
  }
}

async function talk(raw: Socket, options: VisitOptions): Promise<Visit> {
  const { target } = options;
  const conversation = CONVERSATIONS[target.protocol];
  let greeting = '';
  if (target.security === 'starttls') {
    const line = lineOver(raw);
    greeting = await conversation.greeting(line);
    await conversation.startTls(line, greeting);
    line.reader.release();
  }
  const before = { sent: raw.bytesWritten, received: raw.bytesRead };
  const startedAt = performance.now();
  const { socket, sessions, certificate } = await secure(raw, options);
  const ms = performance.now() - startedAt;
  // Asked now: a socket that has ended knows nothing any more.
  const resumed = socket.isSessionReused();
  const protocol = tlsProtocol(socket);
  const line = lineOver(socket);
  const cost = { sent: 0, received: 0 };
  socket.once('data', () => {
    cost.sent = raw.bytesWritten - before.sent;
    cost.received = raw.bytesRead - before.received;
  });
  const asked = asksForCertificate(socket);
  if (target.security === 'tls') greeting = await greetingOver(line, conversation, asked);
  const identity = options.identify === true ? await conversation.identify(line, greeting) : null;
  await leave(socket, line, target);
  return {
    resumed,
    protocol,
    sessions,
    ms,
    sentBytes: cost.sent,
    receivedBytes: cost.received,
    certificate,
    greeting,
    identity,
  };
}

/** Reads the greeting, by which nginx turns away a client that has no certificate. */
async function greetingOver(line: Line, conversation: Conversation, asked: boolean) {
  try {
    return await conversation.greeting(line);
  } catch (error) {
    if (!asked || !(error instanceof CheckFailure) || error.kind !== 'complaint') throw error;
    const { serverLine = null } = error.facts;
    const isForWantOfOne = /\bcertificate\b/i.test(serverLine ?? '');
    throw isForWantOfOne ? new CheckFailure('client-certificate', 'greeting', error.facts) : error;
  }
}

interface Secured {
  readonly socket: TLSSocket;
  /** Fills as they come. */
  readonly sessions: readonly Buffer[];
  readonly certificate: CheckCertificate | null;
}

async function secure(raw: Socket, options: VisitOptions): Promise<Secured> {
  const { target, context, checkIdentity, session = null } = options;
  const name = withoutZone(usableName(target.servername ?? target.host));
  const socket = connectTls({
    socket: raw,
    host: name,
    ...(isIP(name) === 0 ? { servername: name } : {}),
    secureContext: context,
    checkServerIdentity: checkIdentity,
    // Said, because the environment variable NODE_TLS_REJECT_UNAUTHORIZED decides else.
    rejectUnauthorized: true,
    ...(session === null ? {} : { session }),
  });
  socket.on('error', ignore);
  const sessions: Buffer[] = [];
  // From the start: under TLS 1.2 the session is given in the same turn as secureConnect.
  socket.on('session', (issued) => {
    if (sessions.length < MAX_TICKETS) sessions.push(issued);
    else raw.destroy();
  });
  let shown: CheckCertificate | null = null;
  // Before Node's own listener, which destroys the socket when it does not trust the certificate.
  socket.prependOnceListener('secure', () => {
    shown = certificateOf(socket);
  });
  // As accounts do: who was offered a session is not waited for as long.
  const silence =
    session === null
      ? null
      : onSilence(raw, () => {
          socket.destroy(new CheckFailure('timeout', 'tls', { limitMs: SILENCE_MS }));
        });
  try {
    await happens(
      socket,
      'secureConnect',
      'tls',
      () => shown,
      () => asksForCertificate(socket),
    );
  } finally {
    silence?.cancel();
  }
  // Not everywhere does 'secure' come first.
  return { socket, sessions, certificate: shown ?? certificateOf(socket) };
}

/** @throws CheckFailure for what an account of before may hold */
function usableName(typed: string): string {
  const name = normalName(typed);
  if (name === null) throw new CheckFailure('dns', 'dns');
  return name;
}

/** Says goodbye; tickets that are still on their way come with the answer, at the latest. */
async function leave(socket: TLSSocket, line: Line, target: CheckTarget): Promise<void> {
  try {
    await CONVERSATIONS[target.protocol].goodbye(line);
  } catch (error) {
    // All is known by now: a server that leaves without a word is no failure.
    if (!(error instanceof CheckFailure) || error.kind === 'client-certificate') throw error;
  }
  // Node gives tickets in the turn after the text that came with them.
  await turn();
  await turn();
  socket.end();
  await line.reader.end(STEP_LIMITS_MS.goodbye);
  line.reader.release();
}

function lineOver(socket: Socket): Line {
  return {
    reader: new ReplyReader(socket),
    send: (command) => {
      if (socket.writable) socket.write(`${command}\r\n`);
    },
  };
}

/** Resolves when `event` happens. @throws CheckFailure when the socket ends or time is up before */
async function happens(
  socket: Socket,
  event: 'secureConnect',
  step: StepName,
  shown: () => CheckCertificate | null,
  asked: () => boolean = () => false,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const limitMs = STEP_LIMITS_MS[step];
  const timer = setTimeout(() => {
    reject(new CheckFailure('timeout', step, { limitMs }));
  }, limitMs);
  const onError = (error: NodeJS.ErrnoException): void => {
    reject(error instanceof CheckFailure ? error : failureOf(error, step, shown(), asked()));
  };
  const onClose = (): void => {
    reject(new CheckFailure('closed', step));
  };
  socket.once(event, resolve);
  socket.once('error', onError);
  socket.once('close', onClose);
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    socket.off(event, resolve);
    socket.off('error', onError);
    socket.off('close', onClose);
  }
}

function certificateOf(socket: TLSSocket): CheckCertificate | null {
  const certificate = peerCertificate(socket);
  if (certificate === null) return null;
  const { subject, issuer, names, validFromAt, validToAt, fingerprint256 } = certificateFacts(
    certificate,
    0,
  );
  return {
    subject,
    issuer,
    names: [...names],
    validFromAt: Number.isNaN(validFromAt) ? null : validFromAt,
    validToAt: Number.isNaN(validToAt) ? null : validToAt,
    fingerprint256,
  };
}

function tlsProtocol(socket: TLSSocket): TlsProtocol | null {
  const protocol = socket.getProtocol();
  return protocol === 'TLSv1.2' || protocol === 'TLSv1.3' ? protocol : null;
}

/** A function, because the signal changes between two looks at it. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}

function ignore(): void {
  // Heard of elsewhere.
}
