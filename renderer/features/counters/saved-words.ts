/** What the counters mean: the formulas of the engine's `saved.ts`, in its words. */
import { SAVED_LOOK_BACK } from '../../../shared/history.ts';

interface Explanation {
  /** The counter's accessible name. */
  readonly name: string;
  readonly words: string;
  readonly formula: string;
}

export const EXPLANATIONS: readonly Explanation[] = [
  {
    name: 'Reused',
    words: 'Of the TLS connections that came about, those that took up an earlier session.',
    formula: 'resumed ÷ (resumed + full + refused + off)',
  },
  {
    name: 'Handshakes spared',
    words: 'Each resumed connection is one full handshake that was not needed.',
    formula: 'resumed',
  },
  {
    name: 'Time saved',
    words: `An estimate. For each resumed handshake: the median time of the last ${SAVED_LOOK_BACK} handshakes with that server that offered nothing, minus its own, never below 0. Where none has been seen, nothing is said to be saved. A refused one is not counted among them: the useless offer made it dearer.`,
    formula: `Σ max(0, median(last ${SAVED_LOOK_BACK} that offered nothing) − own time)`,
  },
  {
    name: 'Bytes saved',
    words: 'An estimate. The same with the bytes on the wire, both ways together.',
    formula: `Σ max(0, median(last ${SAVED_LOOK_BACK} that offered nothing) − own bytes)`,
  },
];
