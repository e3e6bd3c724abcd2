import type { ReactNode } from 'react';
import type { Problem } from '../../../shared/model.ts';
import { ServerLine } from '../../ui/Text.tsx';
import styles from './ConnectionDrawer.module.css';

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
