import type { ReactNode } from 'react';
import type { AccountId } from '../../../shared/model.ts';
import { useEngine } from '../../engine/store.ts';
import { AccountSelect } from '../../ui/AccountSelect.tsx';

interface AccountFilterProps {
  /** `null` for all of them. */
  readonly chosen: AccountId | null;
  readonly onChoose: (id: AccountId | null) => void;
}

/** Narrows the sessions down to one account. Apart, because accounts change with every handshake. */
export function AccountFilter(props: AccountFilterProps): ReactNode {
  const accounts = useEngine((state) => state.accounts);
  return <AccountSelect options={[...accounts.values()]} {...props} />;
}
