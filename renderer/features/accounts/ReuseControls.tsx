import { memo, useCallback, type ReactNode } from 'react';
import type { AccountId, LongestAge, ReusePolicy, SharingPolicy } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { isolate } from '../../engine/isolate.ts';
import { Switch } from '../../ui/Switch.tsx';
import { toastIfFailed } from '../../ui/toasts.ts';
import type { Change } from './ReuseChange.tsx';
import { ReusePolicyButton } from './ReusePolicyButton.tsx';
import styles from './AccountItem.module.css';

interface ReuseControlsProps {
  readonly id: AccountId;
  readonly label: string;
  readonly sharing: SharingPolicy;
  readonly longestAge: LongestAge;
  readonly isReusing: boolean;
  /** Takes what was changed here. */
  readonly setChange: (change: Change) => void;
}

/** The account's switch and its policy; renders only when these change, not at every handshake. */
export const ReuseControls = memo(function ReuseControls({
  id,
  label,
  sharing,
  longestAge,
  isReusing,
  setChange,
}: ReuseControlsProps): ReactNode {
  const api = useEngineApi();
  const switchReuse = async (on: boolean) => {
    const at = Date.now();
    const { forgotten } = await api.setReuse(id, on);
    setChange({ at, forgotten: on ? null : forgotten });
  };
  const changePolicy = useCallback(
    async (chosen: ReusePolicy) => {
      const at = Date.now();
      const isTaken = await toastIfFailed(
        `Could not change the reuse policy of ${isolate(label)}`,
        api.setPolicy(id, chosen),
      );
      if (isTaken) setChange({ at, forgotten: null });
      return isTaken;
    },
    [api, id, label, setChange],
  );
  return (
    <span className={styles.reuse}>
      <ReusePolicyButton
        label={label}
        sharing={sharing}
        longestAge={longestAge}
        isReusing={isReusing}
        onChange={changePolicy}
      />
      <Switch
        label={`Reuse TLS sessions for ${label}`}
        checked={isReusing}
        onChange={(on) =>
          void toastIfFailed(
            `Could not switch reuse ${on ? 'on' : 'off'} for ${isolate(label)}`,
            switchReuse(on),
          )
        }
      />
    </span>
  );
});
