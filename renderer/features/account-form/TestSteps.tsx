import type { ReactNode } from 'react';
import type { Phase } from '../../../shared/model.ts';
import styles from './TestSteps.module.css';

/** The steps of a test as people know them, each with what is done in it. */
const DOING = {
  'Look up': 'looking up the server',
  Connect: 'connecting',
  Proxy: 'asking the proxy for the server',
  TLS: 'agreeing on TLS',
  'Sign in': 'signing in',
  Mailboxes: 'looking for mailboxes',
} as const;
type Step = keyof typeof DOING;

const DIRECT: readonly Step[] = ['Look up', 'Connect', 'TLS', 'Sign in', 'Mailboxes'];
/** A proxy looks the server up and connects to it. */
const BY_PROXY: readonly Step[] = ['Proxy', 'TLS', 'Sign in', 'Mailboxes'];

const STEP_OF: Readonly<Record<Phase, Step>> = {
  dns: 'Look up',
  tcp: 'Connect',
  proxy: 'Proxy',
  starttls: 'TLS',
  wait: 'TLS',
  tls: 'TLS',
  greeting: 'Sign in',
  login: 'Sign in',
  select: 'Mailboxes',
};

/** What a test is at, and what is behind it. */
export function TestSteps({ phases }: { readonly phases: readonly Phase[] }): ReactNode {
  const latest = phases.at(-1);
  const now = latest === undefined ? null : STEP_OF[latest];
  const steps = phases.includes('proxy') ? BY_PROXY : DIRECT;
  const reached = now === null ? -1 : steps.indexOf(now);
  return (
    <>
      <p className={styles.said}>{now === null ? 'Testing…' : `Testing: ${DOING[now]}…`}</p>
      {/* The sentence says it to those who only hear it. */}
      <ol className={styles.steps} aria-hidden="true">
        {steps.map((step, index) => (
          <li
            key={step}
            data-state={index < reached ? 'done' : index === reached ? 'now' : 'ahead'}
          >
            {step}
          </li>
        ))}
      </ol>
    </>
  );
}
