import type { ReactNode } from 'react';
import type { CheckReport, CheckResult, HandshakeCost } from '../../../shared/check.ts';
import { rowName, spreadText } from './words.ts';
import styles from './ServerCheck.module.css';

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
