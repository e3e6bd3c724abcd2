/** Where the bars of a connect's phases stand. Pure. */
import { PHASES, type Phase, type PhaseTimes } from '../../../shared/model.ts';

/** One span on the time line, in ms from the start of the connect. */
export interface Span {
  readonly startMs: number;
  readonly ms: number;
}

/** One phase of the waterfall. */
interface WaterfallRow {
  readonly phase: Phase;
  /** `null` where it did not happen or did not end. */
  readonly span: Span | null;
  /** The same phase of the latest full handshake with that server, for comparison. */
  readonly ghost: Span | null;
}

interface Waterfall {
  /** Phases that happened in either connect, in order. */
  readonly rows: readonly WaterfallRow[];
  /** How long the compared connect took; `null` without one. */
  readonly ghostMs: number | null;
  /** The length of the whole time line; above 0. */
  readonly scaleMs: number;
}

/**
 * Lays out a connect's phases one after another.
 *
 * @param ghost the phases to compare with, `null` for none
 */
export function layOut(phases: PhaseTimes, ghost: PhaseTimes | null): Waterfall {
  const spans = spansOf(phases);
  const ghosts = ghost === null ? new Map<Phase, Span>() : spansOf(ghost);
  const rows = PHASES.map((phase) => ({
    phase,
    span: spans.get(phase) ?? null,
    ghost: ghosts.get(phase) ?? null,
  })).filter(({ span, ghost }) => span !== null || ghost !== null);
  const ends = [...spans.values(), ...ghosts.values()].map(({ startMs, ms }) => startMs + ms);
  const ghostMs =
    ghost === null ? null : PHASES.reduce((sum, phase) => sum + (ghost[phase] ?? 0), 0);
  return { rows, ghostMs, scaleMs: Math.max(0.1, ...ends) };
}

function spansOf(phases: PhaseTimes): Map<Phase, Span> {
  const spans = new Map<Phase, Span>();
  let startMs = 0;
  for (const phase of PHASES) {
    const ms = phases[phase];
    if (ms === null) continue;
    spans.set(phase, { startMs, ms });
    startMs += ms;
  }
  return spans;
}
