import { Component, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import styles from './FailureBoundary.module.css';

interface FailureBoundaryProps {
  readonly children: ReactNode;
}

interface FailureBoundaryState {
  /** What was thrown; `null` while nothing was. */
  readonly message: string | null;
}

/** Stands instead of a page that could not be shown: a defect of ours must not leave it blank. */
export class FailureBoundary extends Component<FailureBoundaryProps, FailureBoundaryState> {
  override readonly state: FailureBoundaryState = { message: null };

  static getDerivedStateFromError(error: unknown): FailureBoundaryState {
    return { message: error instanceof Error ? `${error.name}: ${error.message}` : 'Unknown' };
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children;
    return (
      <main className={styles.failure}>
        <h1>This page ran into a defect</h1>
        <p>
          Your connections are not affected: they are kept by Reprise itself. Reload the page to go
          on; if it happens again, please report what stands here.
        </p>
        <pre className={styles.error}>{this.state.message}</pre>
        <Button
          look="primary"
          onClick={() => {
            location.reload();
          }}
        >
          Reload
        </Button>
      </main>
    );
  }
}
