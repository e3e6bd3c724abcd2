/** The report as text for people. Pure. */
import type { CheckNote, CheckReport, CheckResult, Spread } from '../../shared/check.ts';

const HEAD = [
  'Address',
  'Version',
  'Mechanism',
  'Issued',
  'Lifetime',
  'Resumed',
  'Twice',
  'Full',
  'Resumption',
  'Verdict',
];

/** The whole report. */
export function tableOf(report: CheckReport): string {
  const { target, software, notes, stopped, connections, tookMs } = report;
  const lines = [
    `${target.protocol.toUpperCase()} ${target.host} port ${target.port}, ${target.security === 'tls' ? 'TLS' : 'STARTTLS'}${software === null ? '' : `, ${software}`}`,
    '',
    ...aligned([HEAD, ...report.results.map(cellsOf)]),
    '',
    ...report.acrossAddresses.map(
      ({ from, to, protocol, mechanism, resumed }) =>
        `A session of ${from} (${protocol}, ${mechanism}) ${resumed ? 'resumed' : 'was refused'} at ${to}.`,
    ),
    report.summary,
    ...(stopped === null ? [] : [stopped]),
    ...notes.flatMap(noteLines),
    '',
    `${connections} connections in ${(tookMs / 1000).toFixed(1)} s.`,
  ];
  return `${lines.join('\n')}\n`;
}

function cellsOf(result: CheckResult): string[] {
  const { issuedOnFull, issuedOnResumption, lifetimeSeconds, attempts, sameTicketTwice } = result;
  return [
    result.address,
    result.protocol.replace('TLSv', 'TLS '),
    result.mechanism,
    issuedOnFull === null ? '–' : `${issuedOnFull} + ${issuedOnResumption ?? '–'}`,
    lifetimeSeconds === null ? '–' : `${lifetimeSeconds} s`,
    attempts === 0 ? '–' : `${result.resumed} of ${attempts}`,
    sameTicketTwice === null ? '–' : sameTicketTwice ? 'yes' : 'no',
    costText(result.full),
    costText(result.resumption),
    result.verdict,
  ];
}

function costText(cost: CheckResult['full']): string {
  return cost === null ? '–' : `${spread(cost.ms)} ms, ${cost.receivedBytes.median} B`;
}

/** Median, and how far the samples lie apart. */
function spread({ median, low, high }: Spread): string {
  return `${median.toFixed(1)} (${low.toFixed(1)}–${high.toFixed(1)})`;
}

function noteLines({ id, confidence, text, evidence, advice }: CheckNote): string[] {
  return [
    '',
    `${id} (${confidence}): ${text}`,
    `  ${evidence}`,
    ...(advice === null ? [] : [`  → ${advice.text}`]),
    ...(advice?.configuration?.split('\n').map((line) => `      ${line}`) ?? []),
    ...(typeof advice?.cost === 'string' ? [`  It costs: ${advice.cost}`] : []),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
