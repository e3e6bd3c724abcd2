import { useState, type ReactNode } from 'react';
import type { HistoryView } from '../../../shared/history.ts';
import { formatCount } from '../../format.ts';
import { narrow, useKnownQuery, useRoute } from '../../navigation.ts';
import { useEngine } from '../../engine/store.ts';
import { Button } from '../../ui/Button.tsx';
import { Charts } from './Charts.tsx';
import { emptyWords } from './empty.ts';
import { HistoryTable } from './HistoryTable.tsx';
import { questionQuery, readQuestion, usualRange, type Look } from './question.ts';
import { Toolbar } from './Toolbar.tsx';
import { useHistory } from './use-history.ts';
import styles from './History.module.css';

/** What happened in the last hour, day, week and month. */
export function History(): ReactNode {
  const route = useRoute();
  const { query } = route;
  const since = useEngine(({ totals }) => totals.since);
  // Once: it must not become another one while somebody looks at it.
  const [usual] = useState(() => usualRange(since, Date.now()));
  const question = readQuestion(query, usual);
  useKnownQuery('history', route, questionQuery(question));
  const { view, problem, tryAgain } = useHistory(question);
  return (
    <>
      <Toolbar
        question={question}
        view={view}
        onAsk={(next) => {
          narrow(questionQuery(next));
        }}
      />
      {problem !== null && (
        <div className={styles.problem} role="alert">
          <p>{problem}</p>
          <Button onClick={tryAgain}>Try again</Button>
        </div>
      )}
      {view !== null && <Shown view={view} look={question.look} />}
      {view === null && problem === null && <p className={styles.empty}>Reading the history…</p>}
    </>
  );
}

interface ShownProps {
  readonly view: HistoryView;
  readonly look: Look;
}

function Shown({ view, look }: ShownProps): ReactNode {
  const isUnrecorded = useEngine(({ app, accounts }) => {
    const shown = [...accounts.values()].filter(
      ({ id }) => view.account === null || view.account === id,
    );
    return !app.demoOnly && shown.length > 0 && shown.every(({ demo }) => demo);
  });
  const empty = emptyWords(view, isUnrecorded);
  if (empty !== null) {
    return (
      <div className={styles.empty}>
        <h2>{empty.title}</h2>
        <p>{empty.why}</p>
      </div>
    );
  }
  return (
    <>
      {look === 'table' ? <HistoryTable view={view} /> : <Charts view={view} />}
      <Footnotes view={view} />
    </>
  );
}

/** What the figures do not say by themselves. */
function Footnotes({ view: { timesAreExact, notRecorded } }: Pick<ShownProps, 'view'>): ReactNode {
  if (timesAreExact && notRecorded === 0) return null;
  return (
    <div className={styles.notes}>
      {!timesAreExact && (
        <p>Counts are exact. Median and 95 % are taken from sums, and right to within 2.2 %.</p>
      )}
      {notRecorded > 0 && (
        <p>
          {notRecorded === 1
            ? 'One handshake since the start of Reprise could not be recorded and is missing here.'
            : `${formatCount(notRecorded)} handshakes since the start of Reprise could not be recorded and are missing here.`}
        </p>
      )}
    </div>
  );
}
