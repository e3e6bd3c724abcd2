import { useRef, type ReactNode } from 'react';
import type { SignIn } from '../../../shared/model.ts';
import type { OAuthOffer } from '../../../shared/oauth.ts';
import { useNow } from '../../clock.ts';
import { formatCountdown, isolate } from '../../format.ts';
import { Button } from '../../ui/controls.tsx';
import { copyOrSelect } from '../../ui/hand-over.ts';
import { ExternalIcon } from '../../ui/icons.tsx';
import { StateMark } from '../../ui/marks.tsx';
import { Foreign, ServerLine } from '../../ui/Text.tsx';
import { otherFlow, nextStep } from './words.ts';
import type { SignInManner, SignInState } from './use-sign-in.ts';
import styles from './SignIn.module.css';

interface SignInCourseProps {
  readonly offer: OAuthOffer;
  readonly state: Omit<SignInState, 'start'>;
  readonly onStart: (manner: SignInManner) => void;
}

/** How far a sign-in has come, and what can be done about it; nothing before it was begun. */
export function SignInCourse({ offer, state, onStart }: SignInCourseProps): ReactNode {
  const { isRunning } = state;
  // It is asked about, and then begun anew.
  const isAsked = state.course?.problem?.code === 'foreign-issuer';
  const course = isAsked ? null : state.course;
  const isWaiting = course?.phase === 'waiting';
  return (
    <div className={styles.course} data-phase={course?.phase ?? (isRunning ? 'preparing' : 'none')}>
      {/* There from the start, so that what appears in it is read out; the time left is not. */}
      <div aria-live="polite" className={styles.said}>
        {isRunning && !isWaiting && <p>Asking {offer.name} for a sign-in…</p>}
        {course !== null && <Said offer={offer} course={course} />}
      </div>
      {isRunning && (
        <div className={styles.actions}>
          {isWaiting && course.url !== null && course.flow === 'browser' && (
            <PageLink url={course.url}>Open the page again</PageLink>
          )}
          <Button onClick={state.cancel}>Cancel the sign-in</Button>
          {isWaiting && course.expiresAt !== null && <TimeLeft until={course.expiresAt} />}
        </div>
      )}
      {course?.phase === 'failed' && <Next {...{ offer, state, onStart }} />}
    </div>
  );
}

function Said({ offer, course }: { readonly offer: OAuthOffer; readonly course: SignIn }) {
  switch (course.phase) {
    case 'preparing':
      return null;
    case 'waiting':
      return course.userCode === null ? (
        <p>
          <strong>Sign in on the page that has opened in your browser</strong>
          {course.url !== null && <>, at {isolate(new URL(course.url).host)}</>}. This goes on by
          itself then.
        </p>
      ) : (
        <DeviceCode course={course} userCode={course.userCode} />
      );
    case 'done':
      return (
        <p className={styles.headline}>
          <StateMark kind="idle" />
          <strong>
            Signed in
            {course.signedInAs !== null && (
              <>
                {' '}
                as <Foreign>{course.signedInAs}</Foreign>
              </>
            )}
          </strong>
          <span>at {offer.name}</span>
        </p>
      );
    case 'failed':
      return course.problem === null ? null : (
        <>
          <p className={styles.headline}>
            <StateMark kind="failed" />
            <strong>Not signed in</strong>
          </p>
          <p>{course.problem.message}</p>
          {course.problem.serverLine !== null && (
            <ServerLine>{course.problem.serverLine}</ServerLine>
          )}
        </>
      );
    case 'cancelled':
      return <p>The sign-in was cancelled.</p>;
  }
}

/** For any device with a browser: where to go, and what to type there. */
function DeviceCode({ course, userCode }: { readonly course: SignIn; readonly userCode: string }) {
  const code = useRef<HTMLElement>(null);
  const { verificationUri, url } = course;
  return (
    <>
      <p>
        On any device, open{' '}
        {verificationUri !== null && (
          <PageLink url={url ?? verificationUri}>{verificationUri}</PageLink>
        )}{' '}
        and enter this code:
      </p>
      <p className={styles.code}>
        <code ref={code} dir="ltr">
          {userCode}
        </code>
        <Button
          look="quiet"
          aria-label="Copy the code"
          onClick={() => void copyOrSelect(userCode, 'Code', code.current)}
        >
          Copy
        </Button>
      </p>
    </>
  );
}

/** A page of the issuer's. */
function PageLink({ url, children }: { readonly url: string; readonly children: string }) {
  return (
    <a href={url} target="_blank" rel="noreferrer" className={styles.link}>
      {children}
      <ExternalIcon />
    </a>
  );
}

/** Ticks by itself. */
function TimeLeft({ until }: { readonly until: number }): ReactNode {
  const now = useNow();
  return (
    <span role="timer" className={styles.aside}>
      {formatCountdown(until - now)} left
    </span>
  );
}

/** What helps after a failure, where it is not a field that has to be filled in, or a question. */
function Next({ offer, state, onStart }: SignInCourseProps): ReactNode {
  const { course, manner } = state;
  const problem = course?.problem ?? null;
  if (problem === null || manner === null) return null;
  const step = nextStep(problem.code);
  const other = otherFlow(offer);
  if (step === 'client' || step === 'confirm-issuer') return null;
  return (
    <div className={styles.actions}>
      <Button
        onClick={() => {
          onStart(manner);
        }}
      >
        Try again
      </Button>
      {step === 'any-user' && (
        <Button
          look="quiet"
          onClick={() => {
            onStart({ ...manner, anyUser: true });
          }}
        >
          Sign in as another user: this mailbox is shared
        </Button>
      )}
      {step === 'again' && other !== null && (
        <Button
          look="quiet"
          onClick={() => {
            onStart({ ...manner, flow: manner.flow === other ? 'browser' : other });
          }}
        >
          {manner.flow === other ? 'Use the browser instead' : 'Use a code instead'}
        </Button>
      )}
    </div>
  );
}
