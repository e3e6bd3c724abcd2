import type { CheckReport } from '../../../shared/check.ts';
import { saveFile } from '../../ui/save-file.ts';

/** Hands the report to the browser as a file. */
export function saveReport(report: CheckReport): void {
  const host = report.target.host.replaceAll(/[^\w.-]/g, '_');
  const fileName = `server-check-${host}-${report.target.port}.json`;
  saveFile(fileName, 'application/json', `${JSON.stringify(report, null, 2)}\n`);
}
