import type { ReactNode } from 'react';
import { useEngine } from '../../engine/store.ts';
import { Switch } from '../../ui/Switch.tsx';
import { keepExplanation } from './session-words.ts';
import { SettingRow } from './SettingRow.tsx';
import { useChangeSettings } from './use-change-settings.ts';

const KEEP = 'Keep sessions when Reprise closes';
const FORGET = 'Forget sessions when the network changes';

/** What becomes of the sessions of all accounts. */
export function SessionSwitches(): ReactNode {
  const change = useChangeSettings();
  const { keepSessions, forgetOnNetworkChange } = useEngine(({ settings }) => settings);
  const protection = useEngine(({ app }) => app.protection);
  const canKeep = protection.kind !== 'memory';
  return (
    <>
      <SettingRow
        name={KEEP}
        explanation={keepExplanation(protection)}
        control={
          <Switch
            label={KEEP}
            checked={keepSessions && canKeep}
            disabled={!canKeep}
            onChange={(keep) => void change({ keepSessions: keep })}
          />
        }
      />
      <SettingRow
        name={FORGET}
        explanation="A session that is offered in a second place tells both places that they met the same client. Without sessions, the first connections in a new network make full handshakes."
        control={
          <Switch
            label={FORGET}
            checked={forgetOnNetworkChange}
            onChange={(forget) => void change({ forgetOnNetworkChange: forget })}
          />
        }
      />
    </>
  );
}
