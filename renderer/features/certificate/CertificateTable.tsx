import { useRef, type ReactNode } from 'react';
import type { CertificateText } from '../../../shared/model.ts';
import { Button } from '../../ui/controls.tsx';
import { copyOrSelect } from '../../ui/hand-over.ts';
import { Unseen } from '../../ui/Text.tsx';
import { certificateLines, fingerprintGroups, type CertificateLine } from './certificate.ts';
import styles from './Certificate.module.css';

interface CertificateTableProps {
  readonly certificate: CertificateText;
  /** The one that is trusted, to compare with. */
  readonly before?: CertificateText | null;
}

/** What a certificate says; beside the one before it, what differs is marked. */
export function CertificateTable({ certificate, before = null }: CertificateTableProps): ReactNode {
  return (
    <table className={styles.table} aria-label="Certificate">
      {before !== null && (
        <thead>
          <tr>
            <th scope="col">
              <Unseen>Part</Unseen>
            </th>
            <th scope="col">The one you trust</th>
            <th scope="col">Shown now</th>
          </tr>
        </thead>
      )}
      <tbody>
        {certificateLines(certificate, before).map((line) => (
          <tr key={line.name} data-differs={line.differs}>
            <th scope="row">
              {line.name}
              {line.differs && <span className={styles.differs}> differs</span>}
            </th>
            {line.before !== null && (
              <td>
                <Value line={line} value={line.before} of="the certificate you trust" />
              </td>
            )}
            <td>
              <Value line={line} value={line.value} of="the certificate shown now" />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface ValueProps {
  readonly line: CertificateLine;
  readonly value: string;
  readonly of: string;
}

function Value({ line, value, of }: ValueProps): ReactNode {
  return line.kind === 'fingerprint' ? (
    <Fingerprint of={of}>{value}</Fingerprint>
  ) : (
    <bdi className={styles.value}>{value}</bdi>
  );
}

interface FingerprintProps {
  readonly children: string;
  /** Which certificate it is of, for those who cannot see where the button stands. */
  readonly of: string;
}

/** A fingerprint to compare: in groups, whole when it is selected or copied. */
export function Fingerprint({ children, of }: FingerprintProps): ReactNode {
  const text = useRef<HTMLSpanElement>(null);
  return (
    <div className={styles.fingerprint}>
      <span ref={text} className={styles.groups}>
        {fingerprintGroups(children).map((group) => (
          <span key={group}>{group}</span>
        ))}
      </span>
      <Button
        look="quiet"
        aria-label={`Copy the fingerprint of ${of}`}
        onClick={() => void copyOrSelect(children, 'Fingerprint', text.current)}
      >
        Copy
      </Button>
    </div>
  );
}
