import { useEffect, useLayoutEffect, useMemo, useRef, useState, memo, type ReactNode } from 'react';
import type { ClientConnectionId } from '../../../shared/ids.ts';
import { STRIP_LENGTH } from '../../../shared/model.ts';
import type { ClientConnection, ClientWatch } from '../../../shared/your-client.ts';
import { reportText } from '../../../shared/watched-words.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { formatCount, formatExactTime, formatServer, isolate } from '../../format.ts';
import { CallButton, toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { Question } from '../../ui/dialogs.tsx';
import { copyOrSelect, saveFile } from '../../ui/hand-over.ts';
import { Strip } from '../../ui/Strip.tsx';
import { Table, TableRow, useRowsInSight, type RowPlace } from '../../ui/table.tsx';
import { Name } from '../../ui/Text.tsx';
import { COLUMNS } from './columns.tsx';
import { failuresOf, marksOf, reportFileName, rowsOf, stateWord } from './watches.ts';
import styles from './YourClient.module.css';

/** So near to the end of the table that what comes next is to be seen. */
const NEAR_END_PX = 48;

interface SeenProps {
  readonly watch: ClientWatch;
}

/** What was seen of a program so far: the sentence, the strip, and a row for each connection. */
export function Seen({ watch }: SeenProps): ReactNode {
  const connections = useEngine((state) => state.clientConnections);
  const rows = useMemo(() => rowsOf(connections.values(), watch.id), [connections, watch.id]);
  const { server, state, counts, summary, notLetIn, startedAt } = watch;
  const earlier = counts.connections - rows.length;
  return (
    <section
      className={styles.seen}
      aria-label={`Connections to ${isolate(formatServer(server.host, server.port))}`}
    >
      <div className={styles.title}>
        <h2 className={styles.heading}>
          <Name>{formatServer(server.host, server.port)}</Name>
        </h2>
        <span className={styles.aside} title={`Started at ${formatExactTime(startedAt)}`}>
          {server.protocol.toUpperCase()}, {server.security === 'tls' ? 'TLS' : 'STARTTLS'}
          {', '}
          {stateWord(state).toLowerCase()}
        </span>
        <Actions watch={watch} />
      </div>
      {state.kind === 'stopped' && state.problem !== null && (
        <p className={styles.warning}>{state.problem}</p>
      )}
      <div className={styles.verdict}>
        {/* While connections come it changes several times a second: only a rest is said aloud. */}
        <section aria-label="Verdict" aria-live={counts.open === 0 ? 'polite' : 'off'}>
          <p>{counts.connections === 0 ? whyNone(watch) : summary}</p>
        </section>
        {rows.length > 0 && (
          <Strip
            of={isolate(server.host)}
            marks={marksOf(rows, STRIP_LENGTH)}
            length={STRIP_LENGTH}
          />
        )}
        <Failures rows={rows} />
        {notLetIn !== null && <p className={styles.warning}>{notLetIn}</p>}
        {earlier > 0 && (
          <p className={styles.aside}>
            The latest {formatCount(rows.length)} of {formatCount(counts.connections)} are shown.
            The report has more of them.
          </p>
        )}
      </div>
      {rows.length > 0 && <Rows rows={rows} />}
    </section>
  );
}

function whyNone({ state, server }: ClientWatch): string {
  switch (state.kind) {
    case 'starting':
      return `Looks ${isolate(server.host)} up.`;
    case 'listening':
      return 'Waits for the first connection of your program.';
    case 'stopped':
      return 'No connection came.';
  }
}

function Failures({ rows }: { readonly rows: readonly ClientConnection[] }): ReactNode {
  const failures = failuresOf(rows);
  if (failures.length === 0) return null;
  return (
    <ul className={styles.failures} aria-label="Failures">
      {failures.map(({ text, which }) => (
        <li key={text}>
          <span className={styles.which}>{which}</span> {text}
        </li>
      ))}
    </ul>
  );
}

function Actions({ watch }: SeenProps): ReactNode {
  const { id, server, state, counts } = watch;
  const api = useEngineApi();
  const [isAsking, setAsking] = useState(false);
  const isStopped = state.kind === 'stopped';
  const act = async (): Promise<void> => {
    setAsking(false);
    if (isStopped) await toastIfFailed('Could not remove it', api.forgetClientWatch(id));
    else await toastIfFailed('Could not stop', api.stopClientWatch(id));
  };
  const isLoss = isStopped ? counts.connections > 0 : counts.open > 0;
  const name = isolate(formatServer(server.host, server.port));
  return (
    <span className={styles.actions}>
      {counts.connections > 0 && (
        <>
          <CallButton
            call={async (engine) => {
              await copyOrSelect(reportText(await engine.getClientReport(id)), 'Report', null);
            }}
            failure="Could not copy the report"
          >
            Copy report
          </CallButton>
          <CallButton
            call={async (engine) => {
              const report = await engine.getClientReport(id);
              const text = `${JSON.stringify(report, null, 2)}\n`;
              saveFile(reportFileName(server), 'application/json', text);
            }}
            failure="Could not export"
          >
            Export JSON
          </CallButton>
        </>
      )}
      {state.kind !== 'starting' && (
        // One button for both, so that it keeps the focus.
        <Button
          onClick={() => {
            if (isLoss) setAsking(true);
            else void act();
          }}
        >
          {isStopped ? 'Remove' : 'Stop'}
        </Button>
      )}
      {isAsking && (
        <Question
          title={isStopped ? `Remove what was seen of ${name}?` : `Stop watching ${name}?`}
          description={
            isStopped
              ? `${countOf(counts.connections)} cannot be brought back. Export them first to keep them.`
              : `${countOf(counts.open)} of your program ${counts.open === 1 ? 'runs' : 'run'} through it and would be cut off. What was seen stays.`
          }
          confirm={isStopped ? 'Remove' : 'Stop'}
          cancel={isStopped ? 'Keep' : 'Go on'}
          onConfirm={() => void act()}
          onCancel={() => {
            setAsking(false);
          }}
        />
      )}
    </span>
  );
}

function countOf(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'connection' : 'connections'}`;
}

/** Follows what comes, as long as its end is in sight. */
function Rows({ rows }: { readonly rows: readonly ClientConnection[] }): ReactNode {
  return (
    <Table label="Connections of your program" columns={COLUMNS} rowCount={rows.length} isBare>
      {(scroller) => <RowsInSight rows={rows} scroller={scroller} />}
    </Table>
  );
}

interface RowsInSightProps {
  readonly rows: readonly ClientConnection[];
  readonly scroller: HTMLElement | null;
}

function RowsInSight({ rows, scroller }: RowsInSightProps): ReactNode {
  const ids = useMemo(() => rows.map(({ id }) => id), [rows]);
  const { inSight, body, scrollTo } = useRowsInSight(ids, scroller);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (scroller === null) return undefined;
    const follow = () => {
      const { scrollHeight, scrollTop, clientHeight } = scroller;
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    };
    scroller.addEventListener('scroll', follow);
    return () => {
      scroller.removeEventListener('scroll', follow);
    };
  }, [scroller]);
  const last = ids.at(-1);
  useLayoutEffect(() => {
    if (isAtEnd.current && ids.length > 0) scrollTo(ids.length - 1);
    // oxlint-disable-next-line react/exhaustive-deps -- only what is new at the end moves it
  }, [last, scroller]);
  return (
    <tbody {...body}>
      {inSight.map(({ id, index, top }) => (
        <Row key={id} id={id} index={index} top={top} />
      ))}
    </tbody>
  );
}

/** One connection; renders only when more is known of it. */
const Row = memo(function Row(props: RowPlace & { readonly id: ClientConnectionId }): ReactNode {
  const { id, index, top } = props;
  const row = useEngine((state) => state.clientConnections.get(id));
  if (row === undefined) return null;
  return <TableRow columns={COLUMNS} row={row.seen} index={index} top={top} />;
});
