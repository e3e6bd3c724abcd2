/** What is wrong with a certificate, in words. Pure. */
import { isIP } from 'node:net';
import type { CertificateFacts, ProblemCode } from '../../../shared/model.ts';
import { withWireName } from '../../../shared/server-names.ts';
import { normalName } from '../tls/index.ts';
import type { ClassifiedError, FailureKind } from './classify.ts';

/** What the sentences need to know. */
export interface CertificateContext {
  readonly host: string;
  /** The name that the certificate has to fit. */
  readonly servername: string;
  readonly trustsCaFile: boolean;
  /** The fingerprint of the only certificate that is trusted; `null` where authorities are. */
  readonly pin: string | null;
  /** What the server showed, if that is known. */
  readonly certificate: CertificateFacts | null;
  readonly now: number;
}

interface CertificateProblem {
  readonly code: ProblemCode;
  readonly message: string;
}

type Describe = (error: ClassifiedError, context: CertificateContext) => CertificateProblem;

/** Whatever else is wrong with another certificate than the pinned one, that it is another comes first. */
function unlessAnother(describe: (context: CertificateContext) => CertificateProblem): Describe {
  return (_error, context) => {
    const { certificate, pin } = context;
    const isAnother = pin !== null && certificate !== null && certificate.fingerprint256 !== pin;
    return isAnother ? another(context) : describe(context);
  };
}

/** By the verdicts of OpenSSL and Node. */
export const CERTIFICATE_WORDS = {
  expired: unlessAnother(expired),
  'not-yet-valid': unlessAnother(notYetValid),
  'other-name': unlessAnother(otherName),
  'self-signed': unlessAnother(selfSigned),
  'unknown-authority': unlessAnother(unknownAuthority),
  unfit: unlessAnother(unfit),
  'another-certificate': unlessAnother(another),
} satisfies Partial<Record<FailureKind, Describe>>;

function another({ host }: CertificateContext): CertificateProblem {
  return {
    code: 'certificate-changed',
    message:
      `${host} shows another certificate than the one that you chose to trust. ` +
      'Either its keeper has replaced it, or somebody else answers in its place; ' +
      'nothing was sent to it. Compare the two.',
  };
}

function expired({ host, certificate, pin, now }: CertificateContext): CertificateProblem {
  const isLeaf = certificate !== null && certificate.validToAt < now;
  if (isLeaf && pin !== null) {
    return {
      code: 'certificate-expired',
      message:
        `The certificate that you chose to trust for ${host} expired on ` +
        `${day(certificate.validToAt)}. Once the server has a new one, you are asked about it; ` +
        'nothing was sent to it.',
    };
  }
  return {
    code: 'certificate-expired',
    message: isLeaf
      ? `The certificate of ${host} expired on ${day(certificate.validToAt)}. ` +
        'Whoever runs the server has to renew it; nothing was sent to it.'
      : `A certificate of ${host} has expired. ` +
        'Whoever runs the server has to renew it; nothing was sent to it.',
  };
}

function notYetValid({ host, certificate }: CertificateContext): CertificateProblem {
  const from = certificate === null ? '' : ` before ${day(certificate.validFromAt)}`;
  return {
    code: 'certificate-not-yet-valid',
    message:
      `The certificate of ${host} is not valid${from || ' yet'}. ` +
      'Check that the clock of this computer is right; nothing was sent to the server.',
  };
}

/**
 * Why a certificate does not fit an address although it names it: as a DNS name, or in its subject
 * alone, and an address counts among its IP addresses only (RFC 9525, 6.4). `null` where it does not.
 */
export function misplaced(
  servername: string,
  certificate: Pick<CertificateFacts, 'names' | 'subject'> | null,
): string | null {
  const address = normalName(servername);
  if (certificate === null || address === null || isIP(address) === 0) return null;
  const isNamed = (name: string): boolean => normalName(name) === address;
  const dns = certificate.names.filter((name) => name.startsWith('DNS:'));
  if (dns.some((name) => isNamed(name.slice('DNS:'.length))))
    return `names ${servername} as a DNS name, and not among its IP addresses, where an address has to be`;
  const common = certificate.subject.split(/\n|, ?/).filter((part) => part.startsWith('CN='));
  if (common.some((part) => isNamed(part.slice('CN='.length))))
    return `names ${servername} in its subject alone, and not among its IP addresses, where an address has to be`;
  return null;
}

function otherName({ host, servername, certificate }: CertificateContext): CertificateProblem {
  const place = misplaced(servername, certificate);
  if (place !== null) {
    return {
      code: 'certificate-name',
      message:
        `The certificate of ${host} ${place}. Whoever made it has to add the address; ` +
        'for a server of your own, you can trust only this certificate.',
    };
  }
  const names = certificate?.names.map((name) => name.replace(/^(?:DNS|IP Address):/, '')) ?? [];
  const belongs = names.length === 0 ? 'another name' : listed(names);
  return {
    code: 'certificate-name',
    message:
      `The certificate of ${host} is for ${belongs}, not for ${withWireName(servername)}. ` +
      'Enter the server by a name that is in its certificate, ' +
      'or give that name as server name; ' +
      'for a server of your own, you can trust only this certificate.',
  };
}

function selfSigned({ host, trustsCaFile }: CertificateContext): CertificateProblem {
  return {
    code: 'certificate-untrusted',
    message: trustsCaFile
      ? `${host} shows a self-signed certificate that is not in your CA file. ` +
        'If it is the right server, you can trust only this certificate.'
      : `${host} shows a self-signed certificate, which anyone could have made. ` +
        'If it is your own server, compare the fingerprint and trust only this certificate.',
  };
}

function unknownAuthority({ host, trustsCaFile }: CertificateContext): CertificateProblem {
  return {
    code: 'certificate-untrusted',
    message: trustsCaFile
      ? `The certificate of ${host} was not issued by the authority in your CA file. ` +
        'Check that it is the right file, or that the server sends its whole chain.'
      : `The certificate of ${host} comes from an authority that this computer does not trust. ` +
        'If your organisation has its own, give its CA certificate file; ' +
        'or compare the fingerprint and trust only this certificate.',
  };
}

function unfit({ host }: CertificateContext): CertificateProblem {
  return {
    code: 'certificate-unfit',
    message:
      `The certificate of ${host} is revoked, too weak or not made for servers. ` +
      'Whoever runs the server has to replace it; nothing was sent to it.',
  };
}

const NAMES_SHOWN = 3;

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return names.slice(0, NAMES_SHOWN).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function day(at: number): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? 'an unknown day' : date.toISOString().slice(0, 10);
}
