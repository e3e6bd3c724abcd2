/** What the system's authorities say of a server: one visit, without a login. */
import type { CheckTarget } from '../../../shared/check.ts';
import type { SystemTrust } from '../../../shared/contract.ts';
import type { TlsTrust } from '../tls/index.ts';
import { Contexts } from './visits/contexts.ts';
import { CheckCancelled, CheckFailure } from '../failures/index.ts';
import { visit } from './visits/visit.ts';

/**
 * Looks at the server's certificate and judges it by `trust`. A server that is not trusted hears
 * nothing but, where that is needed, STARTTLS; no session is offered or kept.
 *
 * @throws Error where the PEM text of `trust` holds no certificate
 */
export async function lookAtServer(
  target: CheckTarget,
  trust: TlsTrust,
  signal: AbortSignal,
): Promise<SystemTrust> {
  const contexts = new Contexts(trust);
  try {
    const { certificate } = await visit({
      target,
      address: target.host,
      context: contexts.any(),
      checkIdentity: contexts.checkIdentity,
      signal,
    });
    return { fingerprint256: certificate?.fingerprint256 ?? null, trusted: certificate !== null };
  } catch (error) {
    if (error instanceof CheckCancelled) return { fingerprint256: null, trusted: false };
    if (!(error instanceof CheckFailure)) throw error;
    return { fingerprint256: error.facts.certificate?.fingerprint256 ?? null, trusted: false };
  }
}
