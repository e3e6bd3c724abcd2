/** Makes the connections of one check, politely, and knows when to stop. */
import { constants } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import type { CheckCertificate, CheckTarget } from '../../../shared/check.ts';
import { CheckCancelled, CheckFailure } from '../failures/index.ts';
import { straight, type Way } from '../proxy/index.ts';
import {
  identityCheck,
  MAX_VERSION,
  MIN_VERSION,
  SESSION_TIMEOUT,
  trustOptions,
  type IdentityCheck,
  type TlsTrust,
} from '../tls/index.ts';
import type { Row } from './evidence.ts';
import { GAP_MS, MAX_CONNECTIONS, TROUBLES_IN_A_ROW } from './limits.ts';
import { visit, type Visit } from './visit.ts';

/** The check ends here, with what is known by now. */
export class CheckStopped extends Error {
  override readonly name = 'CheckStopped';
}

/** Where to go, and with what. */
export interface VisitWish {
  readonly address: string;
  /** The version and mechanism to have; whichever any client would have, where it is left out. */
  readonly row?: Row;
  /** A session to offer. */
  readonly session?: Buffer | null;
  /** Ask the server for its name, where it offers that. */
  readonly identify?: boolean;
}

/** Whom to visit, and how. */
export interface VisitorOptions {
  readonly target: CheckTarget;
  readonly trust: TlsTrust;
  readonly signal: AbortSignal;
  /** Straight there by default. */
  readonly way?: Way;
}

/** One at a time, with a gap, at most so many. */
export class Visitor {
  readonly #target: CheckTarget;
  readonly #signal: AbortSignal;
  readonly #way: Way;
  readonly #checkIdentity: IdentityCheck;
  readonly #trust: SecureContextOptions;
  /** Made once each: every one parses all authorities. */
  readonly #contexts = new Map<string, SecureContext>();
  readonly #certificates: { address: string; certificate: CheckCertificate }[] = [];
  #connections = 0;
  #troubles = 0;
  #lastEndAt: number | null = null;
  /** By which of its ways the first connection went; `undefined` before that. */
  #via: string | null | undefined;

  /** @throws Error where the PEM text of `trust` holds no certificate */
  constructor({ target, trust, signal, way = straight }: VisitorOptions) {
    this.#target = target;
    this.#signal = signal;
    this.#way = way;
    this.#checkIdentity = identityCheck(trust);
    this.#trust = trustOptions(trust);
  }

  /** Made so far. */
  get connections(): number {
    return this.#connections;
  }

  /** Every certificate that was shown, once for each address, in the order of their coming. */
  get certificates(): readonly { address: string; certificate: CheckCertificate }[] {
    return this.#certificates;
  }

  get left(): number {
    return MAX_CONNECTIONS - this.#connections;
  }

  /**
   * Visits the server once, when it is time.
   *
   * @throws CheckFailure when the server could not be tested
   * @throws CheckStopped when the server has had enough
   * @throws CheckCancelled
   */
  async visit({ row, ...wish }: VisitWish): Promise<Visit> {
    if (this.left <= 0)
      throw new CheckStopped(`It made ${MAX_CONNECTIONS} connections, its limit.`);
    await this.#gap();
    this.#connections += 1;
    try {
      const seen = await visit({
        ...wish,
        target: this.#target,
        context: this.#contextFor(row ?? null),
        checkIdentity: this.#checkIdentity,
        way: this.#way,
        onVia: (via) => {
          this.#keepTo(via);
        },
        signal: this.#signal,
      });
      this.#troubles = 0;
      this.#noteCertificate(wish.address, seen.certificate);
      return seen;
    } catch (error) {
      if (error instanceof CheckFailure)
        this.#noteCertificate(wish.address, error.facts.certificate ?? null);
      throw error;
    } finally {
      this.#lastEndAt = performance.now();
    }
  }

  /**
   * Takes note of a failure in the middle of a check.
   *
   * @throws CheckStopped where it is a wish of the server, or the second one in a row
   */
  trouble({ kind, facts, message }: CheckFailure): void {
    const said =
      facts.serverLine === undefined || facts.serverLine === null ? '' : `: ${facts.serverLine}`;
    if (kind === 'complaint')
      throw new CheckStopped(`The server asked for less, so the check ended early${said}`);
    this.#troubles += 1;
    if (this.#troubles >= TROUBLES_IN_A_ROW)
      throw new CheckStopped(
        `The server stopped answering (${message}), so the check ended early.`,
      );
  }

  /** What was seen on one way is offered on no other, and tells nothing of it. */
  #keepTo(via: string | null): void {
    if (this.#via === undefined) this.#via = via;
    if (this.#via !== via)
      throw new CheckStopped(
        'The way to the server has changed, by another proxy or none, so the check ended early. Check again.',
      );
  }

  /** With session IDs, no ticket is asked for, so that none hides them. */
  #contextFor(row: Row | null): SecureContext {
    const key = row === null ? 'any' : `${row.protocol} ${row.mechanism}`;
    const known = this.#contexts.get(key);
    if (known !== undefined) return known;
    const context = createSecureContext({
      sessionTimeout: SESSION_TIMEOUT,
      ...this.#trust,
      minVersion: row?.protocol ?? MIN_VERSION,
      maxVersion: row?.protocol ?? MAX_VERSION,
      ...(row?.mechanism === 'session-id' ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
    });
    this.#contexts.set(key, context);
    return context;
  }

  #noteCertificate(address: string, certificate: CheckCertificate | null): void {
    if (certificate === null) return;
    const isKnown = this.#certificates.some(
      (known) =>
        known.address === address &&
        known.certificate.fingerprint256 === certificate.fingerprint256,
    );
    if (!isKnown) this.#certificates.push({ address, certificate });
  }

  async #gap(): Promise<void> {
    if (this.#lastEndAt === null) return;
    const waitMs = this.#lastEndAt + GAP_MS - performance.now();
    if (waitMs <= 0) return;
    try {
      await delay(waitMs, undefined, { signal: this.#signal });
    } catch {
      // The only way in which a delay fails.
      throw new CheckCancelled();
    }
  }
}
