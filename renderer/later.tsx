/** Parts of the interface that the first load does not wait for. */
import { useEffect, useState, type ComponentType, type ReactNode } from 'react';

/** How soon a part that could not be had is asked for again. */
const RETRY_MS = 1000;

/** Starts to load each part that is not there yet. */
const loads: (() => Promise<unknown>)[] = [];

/**
 * A component in a file of its own that is fetched once the page is shown, or when it is first
 * rendered. Until it is there, nothing stands in its place, and what fails is tried again; from then
 * on it renders at once, without the delay that React gives what was suspended.
 */
export function later<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): (props: Props) => ReactNode {
  let loaded: ComponentType<Props> | null = null;
  const loadOnce = async (): Promise<ComponentType<Props>> => (loaded ??= await load());
  loads.push(loadOnce);

  return function Later(props: Props): ReactNode {
    const [Part, setPart] = useState(() => loaded);
    useEffect(() => {
      if (Part !== null) return undefined;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let isWanted = true;
      const show = async () => {
        try {
          const component = await loadOnce();
          setPart(() => component);
        } catch {
          // Reprise went away meanwhile, which the page says by itself.
          if (isWanted) timer = setTimeout(() => void show(), RETRY_MS);
        }
      };
      void show();
      return () => {
        isWanted = false;
        clearTimeout(timer);
      };
    }, [Part]);
    return Part === null ? null : <Part {...props} />;
  };
}

/**
 * Fetches every part, so that opening one waits for nothing and needs nobody to answer. What cannot
 * be had now is tried again when it is rendered.
 */
export async function loadTheRest(): Promise<void> {
  await Promise.allSettled(loads.map((load) => load()));
}
