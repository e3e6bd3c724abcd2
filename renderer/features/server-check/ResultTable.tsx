import type { ReactNode } from 'react';
import type { CheckReport, CheckResult } from '../../../shared/check.ts';
import { formatBytes, formatDuration, formatMs, NOTHING } from '../../format.ts';
import { OutcomeMark } from '../../ui/marks/OutcomeMark.tsx';
import { rowName, VERDICT_WORDS } from './words.ts';
import styles from './ServerCheck.module.css';

/** Version and mechanism against what came of them, by address. */
export function ResultTable({ report }: { readonly report: CheckReport }): ReactNode {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls: keys must reach it
    <section className={styles.scroller} tabIndex={0} aria-label="Results">
      <table className={styles.table} aria-label="Server check results">
        <thead>
          <tr>
            <th scope="col">Address</th>
            <th scope="col">Mechanism</th>
            <th scope="col">Verdict</th>
            <th scope="col">Resumed</th>
            <th scope="col">Issued</th>
            <th scope="col">Lifetime</th>
            <th scope="col">Full</th>
            <th scope="col">Resumption</th>
          </tr>
        </thead>
        <tbody>
          {report.results.map((result) => (
            <ResultRow
              key={`${result.address} ${result.protocol} ${result.mechanism}`}
              result={result}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ResultRow({ result }: { readonly result: CheckResult }): ReactNode {
  const { verdict, attempts, resumed, issuedOnFull, issuedOnResumption, lifetimeSeconds } = result;
  const { word, mark } = VERDICT_WORDS[verdict];
  return (
    <tr>
      <td>{result.address}</td>
      <th scope="row">{rowName(result)}</th>
      <td>
        <span className={styles.verdict}>
          <OutcomeMark kind={mark} />
          {word}
        </span>
      </td>
      <td>{attempts === 0 ? NOTHING : `${resumed} of ${attempts}`}</td>
      <td title="With a full handshake, and with a resumed one">
        {issuedOnFull === null ? NOTHING : `${issuedOnFull}, then ${issuedOnResumption ?? NOTHING}`}
      </td>
      <td title={lifetimeSeconds === null ? undefined : `${lifetimeSeconds} s`}>
        {lifetimeSeconds === null ? NOTHING : formatDuration(lifetimeSeconds * 1000)}
      </td>
      <Cost cost={result.full} />
      <Cost cost={result.resumption} />
    </tr>
  );
}

function Cost({ cost }: { readonly cost: CheckResult['full'] }): ReactNode {
  return (
    <td>
      {cost === null
        ? NOTHING
        : `${formatMs(cost.ms.median)}, ${formatBytes(cost.receivedBytes.median)}`}
    </td>
  );
}
