import { useRef, useState, type MouseEvent, type ReactNode } from 'react';
import type { StripMark } from '../../../shared/model.ts';
import { MARK_HEIGHT, OUTCOME_SHAPES, paintOfMark } from './outcome-shape.ts';
import { describeStrip, markAt, STRIDE, stripPaths } from './strip-drawing.ts';
import { StripReader } from './StripReader.tsx';
import { StripTip } from './StripTip.tsx';
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
