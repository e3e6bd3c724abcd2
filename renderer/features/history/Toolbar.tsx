import type { ReactNode } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { EXPORT_FORMATS, HISTORY_RANGES, type HistoryView } from '../../../shared/history.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { AccountSelect } from '../../ui/AccountSelect.tsx';
import { Button } from '../../ui/Button.tsx';
import { DownloadIcon } from '../../ui/icons.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { Segmented } from '../../ui/Segmented.tsx';
import { toastIfFailed } from '../../ui/toasts.ts';
import { accountOptions } from './account-options.ts';
import { LOOKS, RANGE_LABELS, type Question } from './question.ts';
import styles from './History.module.css';

interface ToolbarProps {
  readonly question: Question;
  readonly view: HistoryView | null;
  readonly onAsk: (question: Question) => void;
}

const LOOK_LABELS = { chart: 'Chart', table: 'Table' } as const;
const MEDIA_TYPES = { csv: 'text/csv', json: 'application/json' } as const;

/** Chooses what is shown and how, and exports it. */
export function Toolbar({ question, view, onAsk }: ToolbarProps): ReactNode {
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
        choices={HISTORY_RANGES.map((value) => ({ value, name: RANGE_LABELS[value] }))}
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
          choices={LOOKS.map((value) => ({ value, name: LOOK_LABELS[value] }))}
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
