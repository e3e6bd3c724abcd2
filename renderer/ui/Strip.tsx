import { Tooltip } from '@base-ui/react/tooltip';
import {
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type RefObject,
} from 'react';
import { OUTCOME_WORDS } from '../../shared/attempt.ts';
import type { AttemptId, StripMark } from '../../shared/model.ts';
import { formatTime } from '../format.ts';
import { MARK_HEIGHT, MARK_WIDTH, OUTCOME_SHAPES, paintOfMark } from './marks.tsx';
import { describeStrip, markAt, placeOf, step, STRIDE, stripPaths } from './strip.ts';
import styles from './Strip.module.css';

interface StripProps {
  /** What the handshakes are of: `all accounts`, or one by name. */
  readonly of: string;
  /** Oldest first. */
  readonly marks: readonly StripMark[];
  /** How many marks there is room for; the newest stands at the right end. */
  readonly length: number;
}

/** A mark under the pointer, and how far from the left it stands, in places. */
interface Hovered {
  readonly mark: StripMark;
  readonly place: number;
}

/** The latest handshakes as a row of marks; pointing or keys say what each was and when. */
export function Strip({ of, marks, length }: StripProps): ReactNode {
  const drawing = useRef<SVGSVGElement>(null);
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const size = { width: length * STRIDE, height: MARK_HEIGHT };

  const follow = ({ clientX, currentTarget }: MouseEvent<SVGSVGElement>) => {
    const x = clientX - currentTarget.getBoundingClientRect().left;
    const mark = markAt(marks, length, x);
    setHovered(mark === null ? null : { mark, place: Math.floor(x / STRIDE) });
  };

  return (
    <div className={styles.strip} style={size}>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys have the reader */}
      <svg
        ref={drawing}
        role="img"
        aria-label={describeStrip(marks)}
        className={styles.marks}
        viewBox={`0 0 ${size.width} ${size.height}`}
        onMouseMove={follow}
        onMouseLeave={() => {
          setHovered(null);
        }}
      >
        {stripPaths(marks, length).map(({ kind, path }) => (
          <path
            key={kind}
            d={path}
            {...(kind === 'empty'
              ? { fill: 'var(--line-strong)' }
              : paintOfMark(OUTCOME_SHAPES[kind]))}
          />
        ))}
      </svg>
      {marks.length > 0 && (
        <StripReader
          name={`Handshakes of ${of}, one by one`}
          marks={marks.slice(-length)}
          length={length}
        />
      )}
      {hovered !== null && <StripTip {...hovered} strip={drawing} />}
    </div>
  );
}

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
function StripReader({ name, marks, length }: StripReaderProps): ReactNode {
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

/** What a handshake was, and when: `Resumed, 10:31:02`. */
function readMark({ kind, at }: StripMark): string {
  return `${OUTCOME_WORDS[kind]}, ${formatTime(at)}`;
}

interface StripTipProps {
  readonly mark: StripMark;
  /** How far from the strip's left end it stands, in places. */
  readonly place: number;
  readonly strip: RefObject<Element | null>;
}

/** The words for a mark, beside it. */
function StripTip({ mark, place, strip }: StripTipProps): ReactNode {
  const anchor = {
    getBoundingClientRect: () => {
      const { left, top } = strip.current?.getBoundingClientRect() ?? new DOMRect();
      return new DOMRect(left + place * STRIDE, top, MARK_WIDTH, MARK_HEIGHT);
    },
  };
  return (
    <Tooltip.Root open>
      <Tooltip.Portal>
        <Tooltip.Positioner anchor={anchor} sideOffset={6}>
          <Tooltip.Popup className={styles.tip}>{readMark(mark)}</Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
