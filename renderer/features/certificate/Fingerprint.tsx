import { useRef, type ReactNode } from 'react';
import { Button } from '../../ui/Button.tsx';
import { copyText, selectForCopy } from '../../ui/copy.ts';
import { fingerprintGroups } from './fingerprint.ts';
import styles from './Certificate.module.css';

interface FingerprintProps {
  readonly children: string;
  /** Which certificate it is of, for those who cannot see where the button stands. */
  readonly of: string;
}

/** A fingerprint to compare: in groups, whole when it is selected or copied. */
export function Fingerprint({ children, of }: FingerprintProps): ReactNode {
  const text = useRef<HTMLSpanElement>(null);
  const copy = async () => {
    if (!(await copyText(children, 'Fingerprint'))) selectForCopy(text.current, 'Fingerprint');
  };
  return (
    <div className={styles.fingerprint}>
      <span ref={text} className={styles.groups}>
        {fingerprintGroups(children).map((group) => (
          <span key={group}>{group}</span>
        ))}
      </span>
      <Button look="quiet" aria-label={`Copy the fingerprint of ${of}`} onClick={() => void copy()}>
        Copy
      </Button>
    </div>
  );
}
