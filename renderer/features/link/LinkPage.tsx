import type { ReactNode } from 'react';
import type { LinkState } from '../../engine/api.ts';
import { Button } from '../../ui/Button.tsx';
import styles from './LinkPage.module.css';

interface LinkPageProps {
  readonly link: LinkState;
  readonly retryNow: () => void;
}

/** Stands instead of the dashboard while there is nothing to show. */
export function LinkPage({ link, retryNow }: LinkPageProps): ReactNode {
  if (link === 'needs-link') return <NeedsLink />;
  return (
    <main className={styles.page}>
      <h1>Reprise</h1>
      {link === 'away' ? (
        <>
          <output>Reprise is not answering. Reconnecting…</output>
          <p>If you stopped it, start it again: this page connects by itself.</p>
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
        with a link of its own:
      </p>
      <pre className={styles.sample}>Dashboard: http://127.0.0.1:…/#token=…</pre>
      <p>
        Open that whole link in this browser, once for each start of Reprise. If the terminal is
        gone, stop Reprise and start it again.
      </p>
    </main>
  );
}
