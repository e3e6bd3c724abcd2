/** What is wrong with a certificate, by the verdicts of OpenSSL and Node. */
import type { CertificateFacts, ProblemCode } from '../../../../shared/model.ts';

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

type Describe = (context: CertificateContext) => CertificateProblem;

const VERDICTS: Readonly<Record<string, Describe>> = {
  CERT_HAS_EXPIRED: expired,
  CERT_NOT_YET_VALID: notYetValid,
  ERR_TLS_CERT_ALTNAME_INVALID: otherName,
  HOSTNAME_MISMATCH: otherName,
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT: unknownAuthority,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: unknownAuthority,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: unknownAuthority,
  CERT_UNTRUSTED: unknownAuthority,
  CERT_REJECTED: unknownAuthority,
  INVALID_CA: unknownAuthority,
  PATH_LENGTH_EXCEEDED: unknownAuthority,
  CERT_CHAIN_TOO_LONG: unknownAuthority,
  CERT_SIGNATURE_FAILURE: unknownAuthority,
  INVALID_PURPOSE: unfit,
  CERT_REVOKED: unfit,
  CERTIFICATE_CHANGED: changed,
  // OpenSSL has more verdicts than Node has names: a key that is too small is one of these.
  UNSPECIFIED: unfit,
  EE_KEY_TOO_SMALL: unfit,
  CA_KEY_TOO_SMALL: unfit,
  CA_MD_TOO_WEAK: unfit,
};

/** The problem that an error code of certificate verification stands for; `null` for other codes. */
export function certificateProblem(
  code: string,
  context: CertificateContext,
): CertificateProblem | null {
  const describe = Object.hasOwn(VERDICTS, code) ? VERDICTS[code] : undefined;
  if (describe === undefined) return null;
  const { certificate, pin } = context;
  // Whatever else is wrong with another certificate, that it is another one comes first.
  const isOther = pin !== null && certificate !== null && certificate.fingerprint256 !== pin;
  return isOther ? changed(context) : describe(context);
}

function changed({ host }: CertificateContext): CertificateProblem {
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

function otherName({ host, servername, certificate }: CertificateContext): CertificateProblem {
  const names = certificate?.names.map((name) => name.replace(/^(?:DNS|IP Address):/, '')) ?? [];
  const belongs = names.length === 0 ? 'another name' : listed(names);
  return {
    code: 'certificate-name',
    message:
      `The certificate of ${host} is for ${belongs}, not for ${servername}. ` +
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
