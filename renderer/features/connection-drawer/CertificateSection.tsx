import type { ReactNode } from 'react';
import type { CertificateText } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { formatDate, formatDaysLeft, formatExactTime, formatMoment } from '../../format.ts';
import { SOON_MS } from '../attention/attention.ts';
import { Fingerprint } from '../certificate/Fingerprint.tsx';
import { namesText } from '../certificate/judgement.ts';
import { Facts } from './Facts.tsx';
import styles from './ConnectionDrawer.module.css';

interface CertificateSectionProps {
  readonly certificate: CertificateText;
  /** `null` where it was not found good. */
  readonly verifiedAt: number | null;
  /** It was shown in the full handshake that the session comes from, not in the latest one. */
  readonly isInherited: boolean;
}

/** The server's certificate with the time it has left. */
export function CertificateSection({
  certificate,
  verifiedAt,
  isInherited,
}: CertificateSectionProps): ReactNode {
  const { subject, issuer, names, validFromAt, validToAt } = certificate;
  const now = useNow();
  const left = validToAt - now;
  const urgency = left <= 0 ? styles.past : left < SOON_MS ? styles.soon : undefined;
  return (
    <section className={styles.section} aria-label="Certificate">
      <h3 className={styles.heading}>Certificate</h3>
      <Facts
        facts={[
          { name: 'Issued to', value: <bdi>{subject}</bdi> },
          { name: 'Issued by', value: <bdi>{issuer}</bdi> },
          { name: 'Names', value: names.length === 0 ? null : namesText(names) },
          {
            name: 'Valid until',
            value: (
              <>
                {formatDate(validToAt)},{' '}
                <span className={urgency}>{formatDaysLeft(validToAt, now)}</span>
              </>
            ),
            exact: `${formatExactTime(validFromAt)} to ${formatExactTime(validToAt)}`,
          },
          ...(verifiedAt === null
            ? [{ name: 'Verified', value: 'no: nothing was sent to this server' }]
            : [
                {
                  name: 'Verified',
                  value: isInherited
                    ? `in the full handshake at ${formatMoment(verifiedAt, now)}`
                    : formatMoment(verifiedAt, now),
                  exact: formatExactTime(verifiedAt),
                },
              ]),
          {
            name: 'SHA-256',
            value: <Fingerprint of="the certificate">{certificate.fingerprint256}</Fingerprint>,
          },
        ]}
      />
    </section>
  );
}
