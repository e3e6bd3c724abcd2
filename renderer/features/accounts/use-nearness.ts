import { useEffect, useState, type RefObject } from 'react';

/** Whether something is in sight or nearly so, and how high it was when it last was, in px. */
type Nearness = { readonly isNear: true } | { readonly isNear: false; readonly height: number };

/** How far out of sight still counts as near: a press of Tab or a turn of the wheel leads there. */
const MARGIN = '192px 0px';

const NEAR: Nearness = { isNear: true };

type Report = (nearness: Nearness) => void;

const reports = new WeakMap<Element, Report>();
/** One for each scroller: it looks at all that is in it at once. */
const observers = new WeakMap<Element, IntersectionObserver>();

function observerOf(scroller: Element): IntersectionObserver {
  const known = observers.get(scroller);
  if (known !== undefined) return known;
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting, boundingClientRect } of entries) {
        // Taken away from under the focus, it would leave a keyboard user at the top of the page.
        const isNear = isIntersecting || target.contains(document.activeElement);
        reports.get(target)?.(isNear ? NEAR : { isNear, height: boundingClientRect.height });
      }
    },
    { root: scroller, rootMargin: MARGIN },
  );
  observers.set(scroller, observer);
  return observer;
}

/**
 * Whether an element is near what its parent, a scroller, shows of itself.
 *
 * @param first what is taken for true until that is known
 */
export function useNearness(element: RefObject<HTMLElement | null>, first: Nearness): Nearness {
  const [nearness, setNearness] = useState(first);
  useEffect(() => {
    const target = element.current;
    const scroller = target?.parentElement;
    if (target === null || scroller === null || scroller === undefined) return undefined;
    reports.set(target, setNearness);
    const observer = observerOf(scroller);
    observer.observe(target);
    return () => {
      observer.unobserve(target);
    };
  }, [element]);
  return nearness;
}
