import { useRef, type ReactNode } from 'react';
import type { CheckNote, CheckReport, CheckResult, HandshakeCost } from '../../../shared/check.ts';
import { Button } from '../../ui/controls.tsx';
import { copyOrSelect } from '../../ui/hand-over.ts';
import { Lines } from '../../ui/Text.tsx';
import { NOTE_WORDS, rowName, spreadText } from './words.ts';
import styles from './ServerCheck.module.css';

/** Each with its evidence, how sure it is, and what to change. */
export function NoteList({ notes }: { readonly notes: readonly CheckNote[] }): ReactNode {
  if (notes.length === 0) return null;
  return (
    <ul className={styles.notes} aria-label="Notes">
      {notes.map((note) => (
        <li key={note.id} className={styles.note}>
          <h3 className={styles.heading}>
            {NOTE_WORDS[note.id]} <span className={styles.aside}>{note.confidence}</span>
          </h3>
          <p>{note.text}</p>
          <p className={styles.aside}>{note.evidence}</p>
          {note.advice !== null && <Advice advice={note.advice} />}
        </li>
      ))}
    </ul>
  );
}

function Advice({ advice }: { readonly advice: NonNullable<CheckNote['advice']> }): ReactNode {
  return (
    <>
      <p>
        <strong>What to change:</strong> {advice.text}
      </p>
      {advice.configuration !== null && <Configuration text={advice.configuration} />}
      {advice.cost !== null && <p>What it costs: {advice.cost}</p>}
    </>
  );
}

function Configuration({ text }: { readonly text: string }): ReactNode {
  const box = useRef<HTMLPreElement>(null);
  return (
    <div className={styles.configuration}>
      <Lines label="Configuration" ref={box}>
        {text}
      </Lines>
      <Button onClick={() => void copyOrSelect(text, 'Configuration', box.current)}>
        Copy configuration
      </Button>
    </div>
  );
}

/** Everything that was measured, on demand. */
export function Evidence({ report }: { readonly report: CheckReport }): ReactNode {
  const { results, acrossAddresses, addresses, connections, tookMs } = report;
  return (
    <details className={styles.evidence}>
      <summary>Evidence</summary>
      <ul className={styles.facts}>
        <li>
          {connections} connections in {(tookMs / 1000).toFixed(1)} s, one after another.
        </li>
        {addresses.map(({ address, certificate, problem }) => (
          <li key={address}>
            {address}:{' '}
            {problem !== null
              ? problem.message
              : `certificate ${certificate?.subject ?? 'not seen'}, SHA-256 ${certificate?.fingerprint256 ?? 'not seen'}.`}
          </li>
        ))}
        {results.map((result) => (
          <li key={`${result.address} ${rowName(result)}`}>
            {rowName(result)} at {result.address}: {evidenceOf(result).join('; ')}.
          </li>
        ))}
        {acrossAddresses.map(({ from, to, resumed, ...row }) => (
          <li key={`${from} ${to} ${rowName(row)}`}>
            {rowName(row)}: a session of {from} {resumed ? 'resumed' : 'was refused'} at {to}.
          </li>
        ))}
      </ul>
    </details>
  );
}

function evidenceOf(result: CheckResult): string[] {
  const { attempts, resumed, sameTicketTwice, ticketBytes, ticketKeys, brokenHandshakes } = result;
  return [
    attempts === 0 ? 'nothing was offered' : `${resumed} of ${attempts} attempts resumed`,
    ...(sameTicketTwice === null
      ? []
      : [`one ticket or session is ${sameTicketTwice ? '' : 'not '}taken up twice`]),
    ...(ticketBytes === null ? [] : [`tickets of ${ticketBytes} octets`]),
    ...(ticketKeys === null ? [] : [`${ticketKeys} different ticket keys`]),
    ...(brokenHandshakes === 0 ? [] : [`${brokenHandshakes} handshakes broke off`]),
    ...(result.full === null ? [] : [`full: ${costText(result.full)}`]),
    ...(result.resumption === null ? [] : [`resumed: ${costText(result.resumption)}`]),
  ];
}

function costText({ ms, sentBytes, receivedBytes }: HandshakeCost): string {
  return `${spreadText(ms, 'ms', 1)}, ${spreadText(sentBytes, 'octets', 0)} sent, ${spreadText(receivedBytes, 'octets', 0)} received, ${ms.samples} samples`;
}
