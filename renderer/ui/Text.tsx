import type { ReactNode } from 'react';
import styles from './Text.module.css';

interface TextProps {
  readonly children: string;
}

interface NameProps extends TextProps {
  /** Long ones may take a second line in a narrow table. */
  readonly hasTwoLines?: boolean;
}

/** A name that somebody else chose: its own direction, one line, whole on hover. */
export function Name({ children, hasTwoLines = false }: NameProps): ReactNode {
  return (
    <bdi className={hasTwoLines ? `${styles.name} ${styles.two}` : styles.name} title={children}>
      {children}
    </bdi>
  );
}

/** Words for those who do not see the mark beside them. */
export function Unseen({ children }: TextProps): ReactNode {
  return <span className={styles.unseen}>{children}</span>;
}

/** What a server said, word for word. */
export function ServerLine({ children }: TextProps): ReactNode {
  return (
    <p className={styles.server}>
      <span className={styles.label}>The server said</span>
      <code dir="auto">{children}</code>
    </p>
  );
}
