import type { CheckReport } from '../../../shared/check.ts';

/** Hands the report to the browser as a file. */
export function saveReport(report: CheckReport): void {
  const file = new Blob([`${JSON.stringify(report, null, 2)}\n`], { type: 'application/json' });
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = `server-check-${report.target.host.replaceAll(/[^\w.-]/g, '_')}-${report.target.port}.json`;
  link.click();
  URL.revokeObjectURL(url);
}
