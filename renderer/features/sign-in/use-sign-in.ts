import { useEffect, useRef, useState } from 'react';
import type { EngineApi } from '../../../shared/contract.ts';
import type { SignIn, SignInId } from '../../../shared/model.ts';
import type { SignInFlow } from '../../../shared/oauth.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { openOutside } from '../../ui/hand-over.ts';

/** How it is begun, and what its user has agreed to. */
export interface SignInManner {
  readonly flow: SignInFlow;
  /** Hosts that are foreign to the server or its issuer, and were named. */
  readonly confirmedForeign?: readonly string[];
  /** Whoever signs in may be another than the user of the account. */
  readonly anyUser?: boolean;
}

/** A sign-in that this page has begun, and its way to an end. */
export interface SignInState {
  /** `null` where nothing was begun, or it was given up. */
  readonly course: SignIn | null;
  readonly manner: SignInManner | null;
  /** From the click to the end. */
  readonly isRunning: boolean;
  /** @throws RepriseError as the call does */
  readonly start: (manner: SignInManner) => Promise<void>;
  /** Ends it, and takes back what is said of it. */
  readonly cancel: () => void;
}

/**
 * Follows one sign-in at a time: opens its page in the browser, and ends it with the component.
 *
 * @param begin the call that begins one
 */
export function useSignIn(
  begin: (api: EngineApi, manner: SignInManner) => Promise<{ readonly id: SignInId }>,
): SignInState {
  const api = useEngineApi();
  const [id, setId] = useState<SignInId | null>(null);
  const [manner, setManner] = useState<SignInManner | null>(null);
  const [isAsking, setAsking] = useState(false);
  const [last, setLast] = useState<SignIn | null>(null);
  const seen = useEngine(({ signIns }) => (id === null ? undefined : signIns.get(id)));
  if (seen !== undefined && seen !== last) setLast(seen);
  const course = seen ?? (last?.id === id ? ended(last) : null);
  /** The one that has to be ended when nobody waits for it any more. */
  const current = useRef<SignInId | null>(null);

  const page = course?.phase === 'waiting' && course.flow === 'browser' ? course.url : null;
  useEffect(() => {
    if (page !== null) openOutside(page);
  }, [page]);

  const end = (one: SignInId | null) => {
    // Where that fails it has ended by itself, or the engine is away, and it ends with its time.
    if (one !== null) api.cancelSignIn(one).catch(() => undefined);
  };
  const latestEnd = useRef(end);
  useEffect(() => {
    latestEnd.current = end;
  });
  useEffect(
    () => () => {
      latestEnd.current(current.current);
    },
    [],
  );

  const forget = () => {
    end(current.current);
    current.current = null;
    setId(null);
  };
  return {
    course,
    manner,
    isRunning: isAsking || (id !== null && (course === null || isUnderWay(course))),
    start: async (chosen) => {
      forget();
      setManner(chosen);
      setAsking(true);
      try {
        const begun = await begin(api, chosen);
        current.current = begun.id;
        setId(begun.id);
      } finally {
        setAsking(false);
      }
    },
    cancel: forget,
  };
}

function isUnderWay({ phase }: SignIn): boolean {
  return phase === 'preparing' || phase === 'waiting';
}

/** The engine knows nothing of it any more: it has started anew, or what had come to its end is forgotten. */
function ended(last: SignIn | null): SignIn | null {
  return last !== null && isUnderWay(last) ? { ...last, phase: 'cancelled', url: null } : last;
}
