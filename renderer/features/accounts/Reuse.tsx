/** What a user can choose about the reuse of an account's sessions, and what a change comes to. */
import { memo, type ReactNode } from 'react';
import type { AccountId, LongestAge, ReusePolicy, SharingPolicy } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { formatSessions, isolate } from '../../format.ts';
import { CallButton } from '../../ui/call.tsx';
import { useChoice } from '../../ui/choice.ts';
import { RadioGroup, Switch, type Choice } from '../../ui/controls.tsx';
import { focusOwner } from '../../ui/focus.ts';
import { PolicyIcon } from '../../ui/icons.tsx';
import { Popover } from '../../ui/popups.tsx';
import { Foreign } from '../../ui/Text.tsx';
import { SameServer, type GroupChoice } from './SameServer.tsx';
import styles from './Reuse.module.css';

const SHARING_CHOICES: readonly Choice<SharingPolicy>[] = [
  {
    value: 'saving',
    name: 'Saving',
    explanation:
      'A burst that runs out shares the newest ticket for ten seconds, which spares the server most work.',
  },
  {
    value: 'private',
    name: 'Private',
    explanation:
      'Every ticket is offered once, so nobody watching the network can link two connections by it. More full handshakes.',
  },
  {
    value: 'shared',
    name: 'Shared',
    explanation:
      'As Saving, and with all other accounts at this server that are Shared: the server, and whoever watches the line to it, learn that these accounts belong together.',
  },
];

const AGE_CHOICES: readonly Choice<LongestAge>[] = [
  { value: 'server', name: 'As long as the server allows' },
  { value: 'hour', name: '1 hour' },
  { value: 'ten-minutes', name: '10 minutes' },
];

const SHORT_AGES: Record<LongestAge, string | null> = {
  server: null,
  hour: '1 h',
  'ten-minutes': '10 min',
};

/** What is not as usual: `private · 10 min`; `null` where all is. */
export function policySummary({ sharing, longestAge }: ReusePolicy): string | null {
  const parts = [sharing === 'saving' ? null : sharing, SHORT_AGES[longestAge]];
  const unusual = parts.filter((part) => part !== null);
  return unusual.length === 0 ? null : unusual.join(' · ');
}

export interface ReuseControlsProps {
  readonly id: AccountId;
  readonly label: string;
  readonly sharing: SharingPolicy;
  readonly longestAge: LongestAge;
  readonly isReusing: boolean;
  /** Takes what was changed here. */
  readonly setChange: (change: Change) => void;
  /** The last one made from this account. */
  readonly groupChoice: GroupChoice | null;
  readonly setGroupChoice: (choice: GroupChoice | null) => void;
}

/** The account's switch and its policy; renders only when these change, not at every handshake. */
export const ReuseControls = memo(function ReuseControls(props: ReuseControlsProps): ReactNode {
  const { id, label, setChange } = props;
  const api = useEngineApi();
  const [isReusing, choose] = useChoice(props.isReusing, (state) => state.accounts.get(id));
  const switchReuse = async (on: boolean) => {
    const at = Date.now();
    const { forgotten } = await api.setReuse(id, on);
    setChange({ at, forgotten: on ? null : forgotten });
  };
  return (
    <span className={styles.reuse}>
      <Popover
        label={`Reuse policy of ${label}`}
        icon={<PolicyIcon />}
        title={
          <>
            Reuse policy of <Foreign>{label}</Foreign>
          </>
        }
      >
        <PolicyChoices {...props} isReusing={isReusing} />
      </Popover>
      <Switch
        label={`Reuse TLS sessions for ${label}`}
        checked={isReusing}
        onChange={(on) =>
          void choose(on, `Could not switch reuse ${on ? 'on' : 'off'} for ${isolate(label)}`, () =>
            switchReuse(on),
          )
        }
      />
    </span>
  );
});

/** How an account's sessions may be used. */
function PolicyChoices(props: ReuseControlsProps): ReactNode {
  const { id, label, sharing, longestAge, isReusing, setChange } = props;
  const api = useEngineApi();
  const [policy, choose] = useChoice<ReusePolicy>({ sharing, longestAge }, (state) =>
    state.accounts.get(id),
  );
  const change = async (chosen: ReusePolicy) => {
    const at = Date.now();
    let forgotten = 0;
    const isTaken = await choose(
      chosen,
      `Could not change the reuse policy of ${isolate(label)}`,
      async () => {
        ({ forgotten } = await api.setPolicy(id, chosen));
      },
    );
    if (isTaken) setChange({ at, forgotten: forgotten === 0 ? null : forgotten });
  };
  return (
    <div className={styles.choices}>
      {!isReusing && (
        <p className={styles.off}>
          Reuse is off for this account. Its policy takes effect when it is switched on.
        </p>
      )}
      <RadioGroup
        title="When tickets run out"
        choices={SHARING_CHOICES}
        chosen={policy.sharing}
        disabled={!isReusing}
        onChoose={(sharing) => void change({ ...policy, sharing })}
      />
      <RadioGroup
        title="Keep sessions"
        hint="Counted from the full handshake that verified the server; renewals do not prolong it. Where one certificate alone is trusted, a day at most."
        choices={AGE_CHOICES}
        chosen={policy.longestAge}
        disabled={!isReusing}
        onChoose={(longestAge) => void change({ ...policy, longestAge })}
      />
      {isReusing && (
        <SameServer
          id={id}
          policy={policy}
          choice={props.groupChoice}
          setChoice={props.setGroupChoice}
        />
      )}
      <p className={styles.effect}>A choice applies to the next connection.</p>
    </div>
  );
}

/** A change of an account's switch or policy. */
export interface Change {
  readonly at: number;
  /** Sessions that were forgotten by it; `null` where it forgets none: switched on, most policies. */
  readonly forgotten: number | null;
}

interface ReuseChangeProps {
  readonly accountId: AccountId;
  readonly change: Change | null;
}

/** Says that a change is yet to take effect, while there are older connections. */
export function ReuseChange({ accountId, change }: ReuseChangeProps): ReactNode {
  const isPending = useEngine(
    (state) =>
      change !== null &&
      (state.connectionIdsOf.get(accountId) ?? []).some(
        (id) => (state.connections.get(id)?.attempt?.startedAt ?? 0) < change.at,
      ),
  );
  return (
    <output className={styles.change}>
      {change !== null && isPending && (
        <span className={styles.line}>
          {change.forgotten !== null && (
            <>
              {change.forgotten === 0 ? 'no session' : formatSessions(change.forgotten)}{' '}
              forgotten;{' '}
            </>
          )}
          applies to the next connection{' '}
          <CallButton
            look="quiet"
            className={styles.now}
            before={focusOwner}
            call={(api) => api.reconnectAccount(accountId)}
            failure="Could not reconnect"
          >
            Reconnect now
          </CallButton>
        </span>
      )}
    </output>
  );
}
