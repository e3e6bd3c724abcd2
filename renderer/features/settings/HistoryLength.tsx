import { useEffect, useState, type ReactNode } from 'react';
import type { EngineApi } from '../../../shared/contract.ts';
import type { HistoryExtent } from '../../../shared/history.ts';
import { HISTORY_DAYS, type HistoryDays } from '../../../shared/settings.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button, Segmented } from '../../ui/controls.tsx';
import { SettingRow, useSetting } from './SettingRow.tsx';
import { daysName, deletedBefore, extentSentence, lossSentence } from './words.ts';
import styles from './Settings.module.css';

const NAMES = Object.fromEntries(HISTORY_DAYS.map((days) => [String(days), daysName(days)]));

/** A shorter length that waits for a yes, and what it costs. */
interface Asked {
  readonly days: HistoryDays;
  readonly loss: string;
}

/**
 * For how long the history is kept. A choice that costs figures is asked about below it and not by a
 * dialog: arrow keys pass through choices that nobody means.
 */
export function HistoryLength(): ReactNode {
  const api = useEngineApi();
  const [days, setDays] = useSetting('historyDays');
  const [changes, setChanges] = useState(0);
  const extent = useHistoryExtent(`${days} ${changes}`);
  const [lastAsked, setAsked] = useState<Asked | null>(null);
  // Another window may have shortened it meanwhile.
  const asked = lastAsked !== null && lastAsked.days < days ? lastAsked : null;

  const keep = async (chosen: HistoryDays) => {
    setAsked(null);
    await setDays(chosen);
    // Only now is what was too old gone.
    setChanges((count) => count + 1);
  };
  const choose = async (value: string) => {
    const chosen = HISTORY_DAYS.find((choice) => String(choice) === value) ?? days;
    const loss = chosen < days ? await lossBy(chosen, api) : null;
    if (loss === null) await keep(chosen);
    else setAsked({ days: chosen, loss });
  };
  return (
    <SettingRow
      name="Keep history for"
      explanation={
        <>
          Single handshakes for at most 30 days, sums by the hour for longer.{' '}
          {extent !== null && extentSentence(extent)}
        </>
      }
      control={
        <Segmented
          label="Keep history for"
          names={NAMES}
          chosen={String(asked?.days ?? days)}
          onChoose={(value) =>
            void toastIfFailed('Could not change the length of the history', choose(value))
          }
        />
      }
    >
      {asked !== null && (
        <fieldset className={styles.ask} aria-label="Shorten the history?">
          <p className={styles.warning}>{asked.loss}</p>
          <div className={styles.actions}>
            <Button look="danger" onClick={() => void keep(asked.days)}>
              Delete, keep {daysName(asked.days)}
            </Button>
            <Button
              onClick={() => {
                setAsked(null);
              }}
            >
              Go on keeping {daysName(days)}
            </Button>
          </div>
        </fieldset>
      )}
    </SettingRow>
  );
}

/** What keeping so many days costs, as it is at this moment; `null` where it costs nothing. */
async function lossBy(days: HistoryDays, api: EngineApi): Promise<string | null> {
  const extent = await api.getHistoryExtent();
  const beforeAt = deletedBefore(days, extent, Date.now());
  return beforeAt === null ? null : lossSentence(beforeAt, extent);
}

/**
 * How much history there is; `null` until it is known.
 *
 * @param occasion it is read anew when this changes
 */
function useHistoryExtent(occasion: string): HistoryExtent | null {
  const api = useEngineApi();
  const [extent, setExtent] = useState<HistoryExtent | null>(null);
  useEffect(() => {
    let isCurrent = true;
    const read = async () => {
      const found = await api.getHistoryExtent();
      if (isCurrent) setExtent(found);
    };
    void toastIfFailed('Could not read the size of the history', read());
    return () => {
      isCurrent = false;
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- what is read has changed with it
  }, [api, occasion]);
  return extent;
}
