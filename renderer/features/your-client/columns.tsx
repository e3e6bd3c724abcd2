import type { ReactNode } from 'react';
import {
  detailText,
  endText,
  nameText,
  offerText,
  outcomeText,
  programText,
  versionText,
} from '../../../shared/watched-words.ts';
import type { WatchedConnection } from '../../../shared/your-client.ts';
import { formatCount, formatExactBytes, formatExactTime, formatTime } from '../../format.ts';
import { MarkedOutcome, StateMark } from '../../ui/marks.tsx';
import { Name } from '../../ui/Text.tsx';
import type { Column } from '../../ui/table.tsx';
import styles from './YourClient.module.css';

/** A connection of a program that is watched, from left to right. */
export const COLUMNS: readonly Column<string, WatchedConnection>[] = [
  {
    id: 'number',
    heading: '#',
    width: ['36px', '28px'],
    align: 'end',
    cell: ({ number }) => formatCount(number),
  },
  {
    id: 'time',
    heading: 'Time',
    width: ['64px', '60px'],
    from: 'medium',
    title: ({ startedAt }) => formatExactTime(startedAt),
    cell: ({ startedAt }) => formatTime(startedAt),
  },
  {
    id: 'program',
    heading: 'Program',
    width: ['minmax(96px, 1fr)', 'minmax(72px, 1fr)'],
    cell: ({ program }) => <Name hasTwoLines>{programText(program)}</Name>,
  },
  {
    id: 'name',
    heading: 'Server name',
    width: ['minmax(104px, 1.2fr)', 'minmax(72px, 1fr)'],
    from: 'medium',
    cell: (row) => <Name hasTwoLines>{nameText(row)}</Name>,
  },
  {
    id: 'tls',
    heading: 'TLS',
    width: ['72px', '58px'],
    cell: (row) => <Version row={row} />,
  },
  {
    id: 'reuse',
    heading: 'Reuse',
    width: ['minmax(152px, 1.6fr)', 'minmax(132px, 1.2fr)'],
    cell: ({ outcome }) => <Outcome outcome={outcome} />,
  },
  {
    id: 'offered',
    heading: 'Offered',
    width: ['minmax(104px, 1fr)', 'minmax(84px, 0.9fr)'],
    title: ({ offers }) => (offers.length > 1 ? `${offers.length} sessions` : offerText(offers)),
    cell: ({ offers }) => <span className={styles.two}>{offerText(offers)}</span>,
  },
  {
    id: 'closed',
    heading: 'Closed',
    width: ['minmax(152px, 1.4fr)', 'minmax(144px, 1.2fr)'],
    title: (row) =>
      `${endText(row)}\nSent ${formatExactBytes(row.sentBytes)}, received ${formatExactBytes(row.receivedBytes)}`,
    cell: (row) => <span className={styles.two}>{endText(row)}</span>,
  },
];

function Version({ row }: { readonly row: WatchedConnection }): ReactNode {
  const [version = '', how] = versionText(row).split(' ');
  return (
    <span className={styles.two}>
      {version}
      {how !== undefined && <span className={styles.after}> {how}</span>}
    </span>
  );
}

function Outcome({ outcome }: Pick<WatchedConnection, 'outcome'>): ReactNode {
  if (outcome.kind === 'pending') {
    return (
      <>
        <StateMark kind="connecting" />
        {outcomeText(outcome)}
      </>
    );
  }
  return <MarkedOutcome kind={outcome.kind} detail={detailText(outcome)} />;
}
