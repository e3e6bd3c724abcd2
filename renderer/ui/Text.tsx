/** Text that is set in a way of its own. */
import { Fragment, type ReactNode, type Ref } from 'react';
import type { Problem } from '../../shared/model.ts';
import { visible } from '../../shared/visible.ts';
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
  const seen = visible(children);
  return (
    <bdi className={hasTwoLines ? `${styles.name} ${styles.two}` : styles.name} title={seen}>
      {seen}
    </bdi>
  );
}

/** The same within a sentence. */
export function Foreign({ children }: TextProps): ReactNode {
  return <bdi>{visible(children)}</bdi>;
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

interface ProblemBoxProps {
  readonly problem: Problem;
  /** It is not retried by itself. */
  readonly isStopped: boolean;
}

/** What went wrong, and what the server said to it. */
export function ProblemBox({ problem, isStopped }: ProblemBoxProps): ReactNode {
  return (
    <div className={styles.problem} data-stopped={isStopped}>
      <p>{problem.message}</p>
      {problem.serverLine !== null && <ServerLine>{problem.serverLine}</ServerLine>}
    </div>
  );
}

interface LinesProps extends TextProps {
  /** The accessible name. */
  readonly label: string;
  readonly ref: Ref<HTMLPreElement>;
}

/** Lines of a machine, in a box that scrolls. */
export function Lines({ label, ref, children }: LinesProps): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: keys must reach it
    <pre className={styles.lines} ref={ref} tabIndex={0} aria-label={label}>
      {children}
    </pre>
  );
}

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
