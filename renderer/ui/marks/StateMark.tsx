import type { ReactNode } from 'react';
import type { ConnectionState } from '../../../shared/model.ts';

type StateKind = ConnectionState['kind'];

/** A ring, part of it filled, or a sign: every state has a shape of its own. */
const SHAPES: Record<StateKind | 'unknown', ReactNode> = {
  idle: <circle cx="6" cy="6" r="4.5" fill="var(--good)" />,
  connecting: (
    <>
      <circle cx="6" cy="6" r="3.9" fill="none" stroke="var(--neutral)" strokeWidth="1.4" />
      <circle cx="6" cy="6" r="1.6" fill="var(--neutral)" />
    </>
  ),
  retrying: (
    <>
      <circle cx="6" cy="6" r="3.9" fill="none" stroke="var(--waiting)" strokeWidth="1.4" />
      <path d="M6 2a4 4 0 0 1 0 8z" fill="var(--waiting)" />
    </>
  ),
  offline: (
    <>
      <circle cx="6" cy="6" r="3.9" fill="none" stroke="var(--neutral)" strokeWidth="1.4" />
      <path d="M3 9l6-6" stroke="var(--neutral)" strokeWidth="1.4" />
    </>
  ),
  paused: <path d="M3 2h2.2v8H3zM6.8 2H9v8H6.8z" fill="var(--neutral)" />,
  'sign-in-failed': (
    <path d="M2.2 2.2l7.6 7.6M9.8 2.2 2.2 9.8" stroke="var(--bad)" strokeWidth="2.2" />
  ),
  'certificate-problem': (
    <path
      d="M6 .8 11.6 11H.4zM5.3 4.4l.2 3.2h1l.2-3.2zM5.4 8.4v1.2h1.2V8.4z"
      fill="var(--bad)"
      fillRule="evenodd"
    />
  ),
  failed: (
    <path
      d="M2 2h8v8H2zM5.3 3.2l.2 3.6h1l.2-3.6zM5.4 7.6v1.2h1.2V7.6z"
      fill="var(--bad)"
      fillRule="evenodd"
    />
  ),
  unknown: (
    <circle
      cx="6"
      cy="6"
      r="3.9"
      fill="none"
      stroke="var(--neutral)"
      strokeWidth="1.4"
      strokeDasharray="2 1.6"
    />
  ),
};

/** The mark of a connection's or an account's state; `null` is one that has not been heard from. */
export function StateMark({ kind }: { readonly kind: StateKind | null }): ReactNode {
  return (
    <svg aria-hidden="true" width="12" height="12" viewBox="0 0 12 12">
      {SHAPES[kind ?? 'unknown']}
    </svg>
  );
}
