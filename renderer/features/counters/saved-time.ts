/** What is said of the time that reuse saved. Pure. */
import { FEWEST_MEASURED, type SavedTime } from '../../../shared/history.ts';
import { formatCount, formatSum, NOTHING } from '../../format.ts';

/** The estimate: `1.2 s`, or a dash where too little was measured to claim anything. */
export function savedTimeWords({ savedMs, savedBasis }: SavedTime): string {
  const { counted, uncounted } = savedBasis;
  return counted === 0 && uncounted > 0 ? NOTHING : formatSum(savedMs);
}

/** What it lies between, to stand after it: ` (0.9 s to 1.5 s, n = 12 + 50)`; nothing of nothing. */
export function spreadWords({ savedBasis }: SavedTime): string {
  const { counted, lowMs, highMs, full, resumed } = savedBasis;
  if (counted === 0) return '';
  return ` (${formatSigned(lowMs)} to ${formatSigned(highMs)}, n = ${full} + ${resumed})`;
}

/** The same in sentences, with what is not counted. */
export function basisSentence({ savedMs, savedBasis }: SavedTime): string {
  const { counted, uncounted, lowMs, highMs, full, resumed } = savedBasis;
  const missing =
    uncounted === 0
      ? ''
      : `${formatCount(uncounted)} resumed handshakes are not counted: fewer than ${FEWEST_MEASURED} full or ${FEWEST_MEASURED} resumed ones are known of their servers, and a server check would tell.`;
  if (counted === 0) return missing === '' ? 'No handshake was resumed.' : missing;
  const claim =
    savedMs === 0
      ? 'No time that could be told from chance'
      : `About ${formatSum(savedMs)} of TLS handshakes`;
  const basis = `${claim}, between ${formatSigned(lowMs)} and ${formatSigned(highMs)}, for ${formatCount(counted)} resumed ones; from ${formatCount(full)} full and ${formatCount(resumed)} resumed ones that were measured.`;
  return missing === '' ? basis : `${basis} ${missing}`;
}

/** A sum that may be below 0. */
function formatSigned(ms: number): string {
  return ms < 0 ? `\u2212${formatSum(-ms)}` : formatSum(ms);
}
