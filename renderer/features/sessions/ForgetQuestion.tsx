import type { ReactNode } from 'react';
import type { Forgotten } from '../../../shared/contract.ts';
import type { Account, HeldSessions } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { formatSessions } from '../../format.ts';
import { isolate } from '../../engine/isolate.ts';
import { Question } from '../../ui/Question.tsx';
import { toastDone, toastIfFailed } from '../../ui/toasts.ts';
import { serverName } from './held.ts';

/** What is to be forgotten. */
export type ForgetTarget =
  | { readonly kind: 'server'; readonly held: HeldSessions; readonly account: Account }
  | { readonly kind: 'account'; readonly account: Account }
  | { readonly kind: 'all' };

interface ForgetQuestionProps {
  readonly target: ForgetTarget;
  readonly onDone: () => void;
  /** What has the focus once they are forgotten. */
  readonly focusAfter: () => HTMLElement | null;
}

/** Asks before sessions are forgotten: nobody can bring them back. */
export function ForgetQuestion({ target, onDone, focusAfter }: ForgetQuestionProps): ReactNode {
  const api = useEngineApi();
  const forget = (): Promise<Forgotten> => {
    switch (target.kind) {
      case 'server':
        return api.forgetHeldSessions(target.held.id);
      case 'account':
        return api.forgetSessions(target.account.id);
      case 'all':
        return api.forgetAllSessions();
    }
  };
  const forgetAndSay = async () => {
    const { forgotten } = await forget();
    toastDone(`${formatSessions(forgotten)} forgotten`);
  };
  return (
    <Question
      {...words(target)}
      confirm="Forget"
      cancel="Keep"
      focusAfter={focusAfter}
      onConfirm={() => {
        onDone();
        void toastIfFailed('Could not forget the sessions', forgetAndSay());
      }}
      onCancel={onDone}
    />
  );
}

function words(target: ForgetTarget): { title: string; description: string } {
  switch (target.kind) {
    case 'server':
      return {
        title: `Forget the sessions for ${serverName(target.held, target.account)}?`,
        description: `They cannot be brought back. The next connection of ${isolate(target.account.label)} to this server makes a full handshake. Connections that are up stay up.`,
      };
    case 'account':
      return {
        title: `Forget all sessions of ${isolate(target.account.label)}?`,
        description:
          'They cannot be brought back. Its next connection makes a full handshake. Connections that are up stay up.',
      };
    case 'all':
      return {
        title: 'Forget all sessions?',
        description:
          'They cannot be brought back. The next connection of every account makes a full handshake. Connections that are up stay up.',
      };
  }
}
