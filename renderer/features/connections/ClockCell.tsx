import type { ReactNode } from 'react';
import type { Connection } from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { formatCountdown, formatDuration, formatExactTime, NOTHING } from '../../format.ts';
import { PHASE_EXPLANATIONS, PHASE_WORDS } from '../../words.ts';

/** How long a connection has been up, when it retries, or which phase it is in. Ticks by itself. */
export function ClockCell({ connection }: { readonly connection: Connection }): ReactNode {
  const { state, since } = connection;
  switch (state.kind) {
    case 'idle':
      return <Uptime since={since} />;
    case 'retrying':
      return <Countdown retryAt={state.retryAt} />;
    case 'connecting':
      return <span title={PHASE_EXPLANATIONS[state.phase]}>{PHASE_WORDS[state.phase]}</span>;
    case 'offline':
    case 'paused':
    case 'sign-in-failed':
    case 'certificate-problem':
    case 'failed':
      return NOTHING;
  }
}

function Uptime({ since }: { readonly since: number }): ReactNode {
  const now = useNow();
  return <span title={`Since ${formatExactTime(since)}`}>{formatDuration(now - since)}</span>;
}

function Countdown({ retryAt }: { readonly retryAt: number }): ReactNode {
  const now = useNow();
  return (
    <span title={`At ${formatExactTime(retryAt)}`}>retry in {formatCountdown(retryAt - now)}</span>
  );
}
