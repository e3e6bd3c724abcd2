import { Component, type ReactNode } from 'react';
import type { LinkState } from '../../engine/api.ts';
import { Button } from '../../ui/controls.tsx';
import styles from './fallbacks.module.css';

interface LinkPageProps {
  readonly link: LinkState;
  readonly retryNow: () => void;
}

/** Stands instead of the dashboard while there is nothing to show. */
export function LinkPage({ link, retryNow }: LinkPageProps): ReactNode {
  if (link === 'needs-link') return <NeedsLink />;
  if (link === 'used-twice') return <UsedTwice />;
  return (
    <main className={styles.page}>
      <h1>Reprise</h1>
      {link === 'away' ? (
        <>
          <output>Reprise is not answering. Reconnecting…</output>
          <p>If you stopped it, start it again, and open the link that it prints then.</p>
          <Button onClick={retryNow}>Try now</Button>
        </>
      ) : (
        <output>Connecting to Reprise…</output>
      )}
    </main>
  );
}

function NeedsLink(): ReactNode {
  return (
    <main className={styles.page}>
      <h1>This page needs the link that Reprise printed</h1>
      <p>
        Your accounts are shown only to whoever started Reprise. When it starts, it prints a line
        with a link of its own, and a page of an earlier start is of no more use:
      </p>
      <pre className={styles.sample}>Dashboard: http://reprise-….localhost:…/#token=…</pre>
      <p>
        Open that whole link in this browser, once for each start of Reprise. If the terminal is
        gone, stop Reprise and start it again.
      </p>
    </main>
  );
}

function UsedTwice(): ReactNode {
  return (
    <main>
      <div className={styles.page} role="alert">
        <h1>The link that opened this page was used by another browser too</h1>
        <p>
          Reprise starts your browser with a link that works once. Two browsers have shown it, and
          one of them may not be yours: somebody else may have seen your dashboard, or tried to.
          What the link had opened is closed now.
        </p>
        <p>
          Open the link that Reprise printed in the terminal: that one is good until Reprise ends.
        </p>
      </div>
    </main>
  );
}

/** Says that the engine is away, so that what stands below is not taken for its present state. */
export function AwayBanner({ retryNow }: { readonly retryNow: () => void }): ReactNode {
  return (
    <div className={styles.banner} role="alert">
      <span>Reprise is not answering. Reconnecting…</span>
      <span className={styles.note}>What you see below is how it was.</span>
      <Button look="quiet" onClick={retryNow}>
        Try now
      </Button>
    </div>
  );
}

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
