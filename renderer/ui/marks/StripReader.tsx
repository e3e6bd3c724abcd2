import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { AttemptId, StripMark } from '../../../shared/model.ts';
import { STRIDE } from './strip-drawing.ts';
import { placeOf, step } from './strip-steps.ts';
import { readMark, StripTip } from './StripTip.tsx';
import styles from './Strip.module.css';

interface StripReaderProps {
  readonly name: string;
  /** Those that are shown, oldest first; at least one. */
  readonly marks: readonly StripMark[];
  /** How many marks there is room for. */
  readonly length: number;
}

/**
 * Reads a strip mark by mark with the arrow keys: one stop of Tab for all of them. It lies over the
 * marks, and a screen reader takes it for a slider, which is what lets the arrow keys through.
 */
export function StripReader({ name, marks, length }: StripReaderProps): ReactNode {
  const reader = useRef<HTMLDivElement>(null);
  const [isReading, setReading] = useState(false);
  const [readId, setReadId] = useState<AttemptId | null>(null);
  const index = placeOf(marks, readId);
  const mark = marks[index];
  if (mark === undefined) return null;
  const place = length - marks.length + index;

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && isReading) {
      event.stopPropagation();
      setReading(false);
      return;
    }
    const next = marks[step(marks, index, event.key) ?? -1];
    if (next === undefined) return;
    event.preventDefault();
    setReadId(next.attemptId);
    setReading(true);
  };
  return (
    <>
      <div
        ref={reader}
        className={styles.reader}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- an input would have a thumb
        role="slider"
        aria-readonly="true"
        tabIndex={0}
        aria-label={name}
        aria-valuemin={1}
        aria-valuemax={marks.length}
        aria-valuenow={index + 1}
        aria-valuetext={readMark(mark)}
        onKeyDown={onKeyDown}
        onFocus={() => {
          setReadId(mark.attemptId);
          setReading(true);
        }}
        onBlur={() => {
          setReadId(null);
          setReading(false);
        }}
      />
      {isReading && (
        <>
          <div className={styles.read} style={{ left: place * STRIDE }} />
          <StripTip mark={mark} place={place} strip={reader} />
        </>
      )}
    </>
  );
}
