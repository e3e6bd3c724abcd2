/** Parts of the interface that the first load does not wait for. */
import { useEffect, useState, type ComponentType, type ReactNode } from 'react';

/** Starts to load each part that is not there yet. */
const loads: (() => Promise<unknown>)[] = [];

/**
 * A component in a file of its own that is fetched once the page is shown, or when it is first
 * rendered. Until it is there, nothing stands in its place; from then on it renders at once, without
 * the delay that React gives what was suspended.
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
      if (Part !== null) return;
      const show = async () => {
        try {
          const component = await loadOnce();
          setPart(() => component);
        } catch (error) {
          // Where it is rendered, so that the page says so.
          setPart(() => {
            throw error;
          });
        }
      };
      void show();
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
