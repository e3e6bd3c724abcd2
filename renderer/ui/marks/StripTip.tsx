import { Tooltip } from '@base-ui/react/tooltip';
import type { ReactNode, RefObject } from 'react';
import type { StripMark } from '../../../shared/model.ts';
import { formatTime } from '../../format.ts';
import { OUTCOME_WORDS } from '../../words.ts';
import { MARK_HEIGHT, MARK_WIDTH } from './outcome-shape.ts';
import { STRIDE } from './strip-drawing.ts';
import styles from './Strip.module.css';

/** What a handshake was, and when: `Resumed, 10:31:02`. */
export function readMark({ kind, at }: StripMark): string {
  return `${OUTCOME_WORDS[kind]}, ${formatTime(at)}`;
}

interface StripTipProps {
  readonly mark: StripMark;
  /** How far from the strip's left end it stands, in places. */
  readonly place: number;
  readonly strip: RefObject<Element | null>;
}

/** The words for a mark, beside it. */
export function StripTip({ mark, place, strip }: StripTipProps): ReactNode {
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
