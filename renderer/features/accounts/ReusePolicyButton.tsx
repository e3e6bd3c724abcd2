import { memo, useState, type ReactNode } from 'react';
import type { LongestAge, ReusePolicy, SharingPolicy } from '../../../shared/model.ts';
import { PolicyIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { RadioGroup } from '../../ui/RadioGroup.tsx';
import { AGE_CHOICES, SHARING_CHOICES } from './policy-words.ts';
import styles from './ReusePolicyButton.module.css';

interface ReusePolicyProps {
  readonly label: string;
  readonly sharing: SharingPolicy;
  readonly longestAge: LongestAge;
  /** Reuse is on: the policy has an effect. */
  readonly isReusing: boolean;
  /** Resolves with whether it was taken. */
  readonly onChange: (policy: ReusePolicy) => Promise<boolean>;
}

/** How an account's sessions may be used, next to its switch; renders only when that changes. */
export const ReusePolicyButton = memo(function ReusePolicyButton(
  props: ReusePolicyProps,
): ReactNode {
  const label = `Reuse policy of ${props.label}`;
  return (
    <Popover
      label={label}
      icon={<PolicyIcon />}
      title={
        <>
          Reuse policy of <bdi>{props.label}</bdi>
        </>
      }
    >
      <Choices {...props} />
    </Popover>
  );
});

function Choices({ sharing, longestAge, isReusing, onChange }: ReusePolicyProps): ReactNode {
  // A choice shows at once; the engine's word on it comes a moment later.
  const [policy, setPolicy] = useState<ReusePolicy>({ sharing, longestAge });
  const choose = async (chosen: ReusePolicy) => {
    setPolicy(chosen);
    const isTaken = await onChange(chosen);
    if (!isTaken) setPolicy({ sharing, longestAge });
  };
  return (
    <div className={styles.choices}>
      {!isReusing && (
        <p className={styles.off}>
          Reuse is off for this account. Its policy takes effect when it is switched on.
        </p>
      )}
      <RadioGroup
        title="When tickets run out"
        choices={SHARING_CHOICES}
        chosen={policy.sharing}
        disabled={!isReusing}
        onChoose={(sharing) => void choose({ ...policy, sharing })}
      />
      <RadioGroup
        title="Keep sessions"
        hint="Counted from the full handshake that verified the server; renewals do not prolong it."
        choices={AGE_CHOICES}
        chosen={policy.longestAge}
        disabled={!isReusing}
        onChoose={(longestAge) => void choose({ ...policy, longestAge })}
      />
      <p className={styles.effect}>A choice applies to the next connection.</p>
    </div>
  );
}
