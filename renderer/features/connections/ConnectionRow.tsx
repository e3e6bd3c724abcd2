import { memo, type KeyboardEvent, type ReactNode } from 'react';
import type { Account, Connection, ConnectionId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { openDrawer, useEngine, useInterface } from '../../engine/store.ts';
import {
  formatCount,
  formatExactMs,
  formatMs,
  formatServer,
  isolate,
  NOTHING,
} from '../../format.ts';
import { Button } from '../../ui/controls.tsx';
import { ReconnectIcon } from '../../ui/icons.tsx';
import { ReuseText, StateMark } from '../../ui/marks.tsx';
import { Name } from '../../ui/Text.tsx';
import { toastIfFailed } from '../../ui/toasts.tsx';
import { protocolName, protocolNumber, STATE_WORDS, stateSentence } from '../../words.ts';
import { ClockCell } from './ClockCell.tsx';
import styles from './Connections.module.css';

interface ConnectionRowProps {
  readonly id: ConnectionId;
  /** Its place, from 0. */
  readonly index: number;
  /** Distance from the first row's top, in px. */
  readonly start: number;
  /** Tab leads to this row. */
  readonly isCurrent: boolean;
}

/** One connection; renders only when it changes or moves. */
export const ConnectionRow = memo(function ConnectionRow(props: ConnectionRowProps): ReactNode {
  const connection = useEngine((state) => state.connections.get(props.id));
  const account = useEngine((state) =>
    connection === undefined ? undefined : state.accounts.get(connection.accountId),
  );
  if (connection === undefined || account === undefined) return null;
  return <Row {...props} connection={connection} account={account} />;
});

interface RowProps extends ConnectionRowProps {
  readonly connection: Connection;
  readonly account: Account;
}

function Row({ id, index, start, isCurrent, connection, account }: RowProps): ReactNode {
  const api = useEngineApi();
  const isOpen = useInterface((state) => state.openConnection === id);
  const { state, attempt, messages } = connection;
  const handshake = attempt?.handshake ?? null;
  const reconnect = `Reconnect ${connection.mailbox} on ${account.label}`;
  const tabIndex = isCurrent ? 0 : -1;
  const open = () => {
    openDrawer(id);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && event.target === event.currentTarget) open();
  };
  return (
    <tr
      aria-rowindex={index + 2}
      data-connection={id}
      aria-current={isOpen}
      tabIndex={tabIndex}
      className={styles.row}
      style={{ top: start }}
      onClick={open}
      onKeyDown={onKeyDown}
    >
      <Cell column="state" title={stateSentence(state) ?? undefined}>
        <StateMark kind={state.kind} />
        <span className={styles.word}>{STATE_WORDS[state.kind]}</span>
      </Cell>
      <Cell column="account">
        <Name hasTwoLines>{account.label}</Name>
      </Cell>
      <Cell column="mailbox">
        <Name hasTwoLines>{connection.mailbox}</Name>
      </Cell>
      <Cell column="messages">{messages === null ? NOTHING : formatCount(messages)}</Cell>
      <Cell column="server">
        <Name>{formatServer(account.host, account.port)}</Name>
      </Cell>
      <Cell
        column="tls"
        title={
          handshake?.protocol === undefined || handshake.protocol === null
            ? undefined
            : [protocolName(handshake.protocol), handshake.cipher, handshake.group]
                .filter((part) => part !== null)
                .join(', ')
        }
      >
        {handshake?.protocol === undefined || handshake.protocol === null
          ? NOTHING
          : protocolNumber(handshake.protocol)}
      </Cell>
      <Cell column="reuse">
        <ReuseText outcome={attempt?.outcome ?? null} />
      </Cell>
      <Cell
        column="total"
        title={
          attempt === null || attempt.totalMs === null ? undefined : formatExactMs(attempt.totalMs)
        }
      >
        {formatMs(attempt?.totalMs ?? null)}
      </Cell>
      <Cell column="clock">
        <ClockCell connection={connection} />
      </Cell>
      <Cell column="action">
        <Button
          look="icon"
          tabIndex={tabIndex}
          aria-label={reconnect}
          title={reconnect}
          onClick={(event) => {
            event.stopPropagation();
            void toastIfFailed(`Could not reconnect ${isolate(account.label)}`, api.reconnect(id));
          }}
        >
          <ReconnectIcon />
        </Button>
      </Cell>
    </tr>
  );
}

interface CellProps {
  readonly column: string;
  readonly title?: string | undefined;
  readonly children: ReactNode;
}

function Cell({ column, title, children }: CellProps): ReactNode {
  return (
    <td data-column={column} title={title} className={styles.cell}>
      {children}
    </td>
  );
}
