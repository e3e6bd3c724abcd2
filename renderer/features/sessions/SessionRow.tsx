import { memo, type ReactNode } from 'react';
import type { HeldSessions, HeldSessionsId } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { formatCount, formatExactTime, formatMoment, NOTHING } from '../../format.ts';
import { useEngine } from '../../store.ts';
import { Button } from '../../ui/Button.tsx';
import { ForgetIcon } from '../../ui/icons.tsx';
import { Name } from '../../ui/Text.tsx';
import { MECHANISM_WORDS } from '../../words.ts';
import { countLeft, serverName, timeLeft } from './held.ts';
import styles from './Sessions.module.css';

interface SessionRowProps {
  readonly id: HeldSessionsId;
  /** Its place, from 0. */
  readonly index: number;
  /** Distance from the first row's top, in px. */
  readonly start: number;
  readonly onForget: (id: HeldSessionsId) => void;
}

/** What is held for one server; renders only when that changes. Its clocks tick by themselves. */
export const SessionRow = memo(function SessionRow({
  id,
  index,
  start,
  onForget,
}: SessionRowProps): ReactNode {
  const held = useEngine((state) => state.heldSessions.get(id));
  const label = useEngine((state) =>
    held === undefined ? undefined : state.accounts.get(held.accountId)?.label,
  );
  if (held === undefined || label === undefined) return null;
  const server = serverName(held);
  const forget = `Forget sessions of ${label} for ${server}`;
  return (
    <tr
      aria-rowindex={index + 2}
      className={styles.row}
      style={{ transform: `translateY(${start}px)` }}
    >
      <td className={styles.cell}>
        <Name>{label}</Name>
      </td>
      <td className={styles.cell}>
        <Name>{server}</Name>
        {held.security === 'starttls' && <span className={styles.when}>STARTTLS</span>}
      </td>
      <td className={styles.cell}>{MECHANISM_WORDS[held.mechanism]}</td>
      <td className={`${styles.cell} ${styles.figure}`}>
        <Left held={held} />
      </td>
      <td className={styles.cell} title={`Issued at ${formatExactTime(held.issuedAt)}`}>
        {held.issuedTo === null ? NOTHING : <Name>{held.issuedTo}</Name>}
        <Issued at={held.issuedAt} />
      </td>
      <td className={`${styles.cell} ${styles.figure}`}>
        <TimeLeft held={held} />
      </td>
      <td
        className={`${styles.cell} ${styles.figure}`}
        title={`Resumptions from the full handshake at ${formatExactTime(held.fullHandshakeAt)}`}
      >
        {formatCount(held.resumptions)}
      </td>
      <td className={`${styles.cell} ${styles.action}`}>
        <Button
          look="icon"
          aria-label={forget}
          title={forget}
          onClick={() => {
            onForget(id);
          }}
        >
          <ForgetIcon />
        </Button>
      </td>
    </tr>
  );
});

interface HeldProps {
  readonly held: HeldSessions;
}

function Left({ held }: HeldProps): ReactNode {
  return formatCount(countLeft(held, useNow()));
}

function Issued({ at }: { readonly at: number }): ReactNode {
  return <span className={styles.when}>{formatMoment(at, useNow())}</span>;
}

function TimeLeft({ held }: HeldProps): ReactNode {
  const now = useNow();
  const ends = held.endsAt.map(formatExactTime).join('\n');
  return <span title={ends === '' ? undefined : ends}>{timeLeft(held, now)}</span>;
}
