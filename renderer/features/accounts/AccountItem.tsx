import { memo, useEffect, useRef, useState, type ReactNode } from 'react';
import type { AccountId } from '../../../shared/model.ts';
import { useEngine } from '../../engine/store.ts';
import { Name } from '../../ui/Text.tsx';
import { LiveAccount, unusualPolicy } from './LiveAccount.tsx';
import type { Change } from './ReuseChange.tsx';
import { useNearness } from './use-nearness.ts';
import styles from './AccountItem.module.css';

/** How high an account mostly is, in px: until it has been seen, it takes up so much room. */
const USUAL_HEIGHT = 63;
/** As many as a high window shows; these are there from the start. */
const SHOWN_AT_FIRST = 16;

interface AccountItemProps {
  readonly id: AccountId;
  /** Its place, from 0. */
  readonly index: number;
}

/** One account of the list; far out of sight, it is its name and follows nothing. */
export const AccountItem = memo(function AccountItem({ id, index }: AccountItemProps): ReactNode {
  const label = useEngine((state) => state.accounts.get(id)?.label);
  const item = useRef<HTMLLIElement>(null);
  const nearness = useNearness(
    item,
    index < SHOWN_AT_FIRST ? { isNear: true } : { isNear: false, height: USUAL_HEIGHT },
  );
  // Here, so that it is still said when the account comes back into sight.
  const [change, setChange] = useState<Change | null>(null);
  const unusual = useEngine((state) => unusualPolicy(state.accounts.get(id)));
  useEffect(() => {
    // What is said below the last account in sight would go unnoticed.
    if (change !== null) item.current?.scrollIntoView({ block: 'nearest' });
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the summary adds a line
  }, [change, unusual]);
  if (label === undefined) return null;
  return (
    <li
      ref={item}
      className={styles.item}
      aria-label={label}
      style={nearness.isNear ? undefined : { height: nearness.height }}
    >
      {nearness.isNear ? (
        <LiveAccount id={id} change={change} setChange={setChange} />
      ) : (
        <p className={styles.line}>
          <Name>{label}</Name>
        </p>
      )}
    </li>
  );
});
