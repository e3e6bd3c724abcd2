import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import type { StripMark } from '../../shared/model.ts';
import { formatTime } from '../format.ts';
import { useTheme } from '../theme.ts';
import { OUTCOME_WORDS } from '../words.ts';
import { MARK_HEIGHT, MARK_WIDTH } from './outcome-shape.ts';
import { describeStrip, drawStrip, markAt, STRIDE } from './strip-drawing.ts';
import styles from './Strip.module.css';

interface StripProps {
  /** Oldest first. */
  readonly marks: readonly StripMark[];
  /** How many marks there is room for; the newest stands at the right end. */
  readonly length: number;
}

/** A mark under the pointer, and where it stands in the window. */
interface Hovered {
  readonly mark: StripMark;
  readonly place: DOMRect;
}

/** The latest handshakes as a row of marks; hovering one says what it was and when. */
export function Strip({ marks, length }: StripProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [hovered, setHovered] = useState<Hovered | null>(null);

  useEffect(() => {
    if (canvas.current !== null) drawStrip(canvas.current, marks, length);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the theme gives the colours
  }, [marks, length, theme]);

  const follow = ({ currentTarget, nativeEvent }: MouseEvent<HTMLCanvasElement>) => {
    const mark = markAt(marks, length, nativeEvent.offsetX);
    const { left, top } = currentTarget.getBoundingClientRect();
    const x = left + Math.floor(nativeEvent.offsetX / STRIDE) * STRIDE;
    const place = new DOMRect(x, top, MARK_WIDTH, MARK_HEIGHT);
    setHovered(mark === null ? null : { mark, place });
  };

  return (
    <>
      <canvas
        ref={canvas}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
        role="img"
        aria-label={describeStrip(marks)}
        className={styles.strip}
        style={{ width: length * STRIDE, height: MARK_HEIGHT }}
        onMouseMove={follow}
        onMouseLeave={() => {
          setHovered(null);
        }}
      />
      {hovered !== null && <Tip {...hovered} />}
    </>
  );
}

function Tip({ mark, place }: Hovered): ReactNode {
  return (
    <Tooltip.Root open>
      <Tooltip.Portal>
        <Tooltip.Positioner anchor={{ getBoundingClientRect: () => place }} sideOffset={6}>
          <Tooltip.Popup className={styles.tip}>
            {OUTCOME_WORDS[mark.kind]}, {formatTime(mark.at)}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
