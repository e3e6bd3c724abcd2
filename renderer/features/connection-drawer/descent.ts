import type { Descent } from '../../../shared/model.ts';
import { formatMoment, formatOrdinal } from '../../format.ts';

/** Where a resumed session comes from: `From the full handshake at 10:31, 4th reuse.` */
export function descentSentence({ fullHandshakeAt, reuse }: Descent, now: number): string {
  return `From the full handshake at ${formatMoment(fullHandshakeAt, now)}, ${formatOrdinal(reuse)} reuse.`;
}
