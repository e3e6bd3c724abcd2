import { useEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import type { StripMark } from '../../shared/model.ts';
import { useTheme } from '../theme.ts';
import { MARK_HEIGHT } from './outcome-shape.ts';
import { describeStrip, drawStrip, markAt, STRIDE } from './strip-drawing.ts';
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
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [hovered, setHovered] = useState<Hovered | null>(null);

  useEffect(() => {
    if (canvas.current !== null) drawStrip(canvas.current, marks, length);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the theme gives the colours
  }, [marks, length, theme]);

  const follow = ({ nativeEvent }: MouseEvent<HTMLCanvasElement>) => {
    const mark = markAt(marks, length, nativeEvent.offsetX);
    const place = Math.floor(nativeEvent.offsetX / STRIDE);
    setHovered(mark === null ? null : { mark, place });
  };

  return (
    <div className={styles.strip} style={{ width: length * STRIDE, height: MARK_HEIGHT }}>
      <canvas
        ref={canvas}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
        role="img"
        aria-label={describeStrip(marks)}
        className={styles.marks}
        onMouseMove={follow}
        onMouseLeave={() => {
          setHovered(null);
        }}
      />
      {marks.length > 0 && (
        <StripReader
          name={`Handshakes of ${of}, one by one`}
          marks={marks.slice(-length)}
          length={length}
        />
      )}
      {hovered !== null && <StripTip {...hovered} strip={canvas} />}
    </div>
  );
}
