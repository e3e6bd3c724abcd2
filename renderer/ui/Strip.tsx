import { Tooltip } from '@base-ui/react/tooltip';
import { useEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react';
import type { StripMark } from '../../shared/model.ts';
import { formatTime } from '../format.ts';
import { useTheme } from '../theme.ts';
import { OUTCOME_WORDS } from '../words.ts';
import { MARK_HEIGHT } from './outcome-shape.ts';
import { describeStrip, drawStrip, markAt, STRIDE } from './strip-drawing.ts';
import styles from './Strip.module.css';

interface StripProps {
  /** Oldest first. */
  readonly marks: readonly StripMark[];
  /** How many marks there is room for; the newest stands at the right end. */
  readonly length: number;
}

/** The latest handshakes as a row of marks; hovering one says what it was and when. */
export function Strip({ marks, length }: StripProps): ReactNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const [hovered, setHovered] = useState<StripMark | null>(null);
  const width = length * STRIDE;

  useEffect(() => {
    if (canvas.current !== null) drawStrip(canvas.current, marks, length);
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- the theme gives the colours
  }, [marks, length, theme]);

  const follow = (event: MouseEvent<HTMLCanvasElement>) => {
    setHovered(markAt(marks, length, event.nativeEvent.offsetX));
  };

  return (
    <Tooltip.Root trackCursorAxis="x" disabled={hovered === null}>
      <Tooltip.Trigger
        delay={0}
        render={
          <canvas
            ref={canvas}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it is drawn, not loaded
            role="img"
            aria-label={describeStrip(marks)}
            className={styles.strip}
            style={{ width, height: MARK_HEIGHT }}
            onMouseMove={follow}
          />
        }
      />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6}>
          <Tooltip.Popup className={styles.tip}>
            {hovered !== null && `${OUTCOME_WORDS[hovered.kind]}, ${formatTime(hovered.at)}`}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
