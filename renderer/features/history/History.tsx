import { useState, type ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { EXPORT_FORMATS, type HistoryView } from '../../../shared/history.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { formatCount } from '../../format.ts';
import { narrow, useKnownQuery, useRoute } from '../../navigation.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { AccountSelect, Button, Segmented } from '../../ui/controls.tsx';
import { saveFile } from '../../ui/hand-over.ts';
import { DownloadIcon } from '../../ui/icons.tsx';
import { Charts } from './Charts.tsx';
import { HistoryTable } from './HistoryTable.tsx';
import {
  accountOptions,
  questionQuery,
  RANGE_LABELS,
  readQuestion,
  usualRange,
  type Look,
  type Question,
} from './question.ts';
import { emptyWords } from './readout.ts';
import { useHistory } from './refresher.ts';
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

interface ToolbarProps {
  readonly question: Question;
  readonly view: HistoryView | null;
  readonly onAsk: (question: Question) => void;
}

const LOOK_LABELS: Record<Look, string> = { chart: 'Chart', table: 'Table' };
const MEDIA_TYPES = { csv: 'text/csv', json: 'application/json' } as const;

/** Chooses what is shown and how, and exports it. */
function Toolbar({ question, view, onAsk }: ToolbarProps): ReactNode {
  const api = useEngineApi();
  const ids = useEngine((state) => state.accountIds);
  // Names alone: accounts change with every handshake.
  const labels = useEngine(
    useShallow((state) => [...state.accounts.values()].map(({ label }) => label)),
  );
  const accounts = ids.map((id, index) => ({ id, label: labels[index] ?? '' }));
  const { range, account, look } = question;
  const save = async (format: (typeof EXPORT_FORMATS)[number]) => {
    const { fileName, text } = await api.exportHistory({ range, account, format });
    saveFile(fileName, MEDIA_TYPES[format], text);
  };
  return (
    <div className={styles.bar}>
      <Segmented
        label="Range"
        names={RANGE_LABELS}
        chosen={range}
        onChoose={(range) => {
          onAsk({ ...question, range });
        }}
      />
      <AccountSelect
        options={accountOptions(accounts, view?.accounts ?? [], account)}
        chosen={account}
        onChoose={(account) => {
          onAsk({ ...question, account });
        }}
      />
      <div className={styles.right}>
        <Segmented
          label="View"
          names={LOOK_LABELS}
          chosen={look}
          onChoose={(look) => {
            onAsk({ ...question, look });
          }}
        />
        {EXPORT_FORMATS.map((format) => (
          <Button
            key={format}
            aria-label={`Export as ${format.toUpperCase()}`}
            title={`Export what is shown as ${format.toUpperCase()}`}
            disabled={view === null}
            onClick={() => void toastIfFailed('Could not export the history', save(format))}
          >
            <DownloadIcon />
            {format.toUpperCase()}
          </Button>
        ))}
      </div>
    </div>
  );
}
