import type { ReactNode } from 'react';
import type { CertificateText } from '../../../shared/model.ts';
import { Unseen } from '../../ui/Text.tsx';
import { Fingerprint } from './Fingerprint.tsx';
import { describe, type CertificateLine } from './judgement.ts';
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
        {describe(certificate, before).map((line) => (
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
