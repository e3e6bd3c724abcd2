import { Fragment, type ReactNode } from 'react';
import styles from './ConnectionDrawer.module.css';

/** One line: a name and its value; without a value it is left out. */
interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  /** The exact value, on hover. */
  readonly exact?: string;
}

/** Names and values below each other. */
export function Facts({ facts }: { readonly facts: readonly Fact[] }): ReactNode {
  return (
    <dl className={styles.facts}>
      {facts
        .filter(({ value }) => value !== null)
        .map(({ name, value, exact }) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd title={exact}>{value}</dd>
          </Fragment>
        ))}
    </dl>
  );
}
