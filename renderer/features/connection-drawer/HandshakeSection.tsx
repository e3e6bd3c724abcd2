import { useRef, useState, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import type { EngineApi } from '../../../shared/contract.ts';
import type {
  Account,
  AccountId,
  Attempt,
  ConnectionId,
  Descent,
  OutcomeKind,
  PhaseTimes,
} from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { useEngine } from '../../engine/store.ts';
import {
  formatBytes,
  formatCount,
  formatExactBytes,
  formatExactTime,
  formatMoment,
  formatOrdinal,
} from '../../format.ts';
import { CallButton } from '../../ui/call.tsx';
import { copyOrSelect } from '../../ui/hand-over.ts';
import { ReuseText } from '../../ui/marks.tsx';
import { Facts, Foreign, Lines, ProblemBox } from '../../ui/Text.tsx';
import { outcomeSentence, protocolName } from '../../words.ts';
import { RefusingLine } from '../accounts/AccountTrouble.tsx';
import { Waterfall } from './Waterfall.tsx';
import styles from './ConnectionDrawer.module.css';

interface HandshakeSectionProps {
  readonly account: Account;
  readonly attempt: Attempt;
  readonly lastFull: PhaseTimes | null;
  /** What went wrong stands above already. */
  readonly isProblemShown: boolean;
}

/** What came of the latest handshake, why, and where its time went. */
export function HandshakeSection({
  account,
  attempt,
  lastFull,
  isProblemShown,
}: HandshakeSectionProps): ReactNode {
  const { outcome, handshake, sentBytes, receivedBytes, ticketsReceived } = attempt;
  const { descent = null, protocol = null } = handshake ?? {};
  const sharedBy = descent?.sharedBy ?? null;
  const owner = useEngine((state) =>
    sharedBy === null ? null : (state.accounts.get(sharedBy as AccountId)?.label ?? null),
  );
  const now = useNow();
  const isHeldBack = outcome.kind === 'full' && outcome.reason === 'server-keeps-refusing';
  const refusing = isHeldBack ? account.refusing : null;
  const sentence = refusing === null ? outcomeSentence(outcome) : null;
  return (
    <section className={styles.section} aria-label="Handshake">
      <h3 className={styles.heading}>
        <ReuseText attempt={attempt} />
      </h3>
      {descent !== null && (
        <p className={styles.sentence} title={formatExactTime(descent.fullHandshakeAt)}>
          {descentSentence(descent, now)}
        </p>
      )}
      {sharedBy !== null && (
        <p className={styles.sentence}>
          {owner === null ? (
            'The session was of an account that has been removed.'
          ) : (
            <>
              The session was of <Foreign>{owner}</Foreign>, which shared it with this account.
            </>
          )}
        </p>
      )}
      {sentence !== null && <p className={styles.sentence}>{sentence}</p>}
      {refusing !== null && (
        <RefusingLine accountId={account.id} label={account.label} refusing={refusing} />
      )}
      {outcome.kind === 'failed' && !isProblemShown && (
        <ProblemBox problem={outcome.problem} isStopped={false} />
      )}
      <Waterfall attempt={attempt} lastFull={lastFull} />
      <Facts
        facts={[
          {
            name: outcome.kind === 'failed' ? 'Tried' : 'Connected',
            value: formatMoment(attempt.startedAt, now),
            exact: formatExactTime(attempt.startedAt),
          },
          { name: 'Address', value: attempt.address },
          { name: 'Protocol', value: protocol === null ? null : protocolName(protocol) },
          { name: 'Cipher', value: handshake?.cipher ?? null },
          { name: 'Key exchange', value: handshake?.group ?? null },
          ...(sentBytes === null || receivedBytes === null
            ? []
            : [
                {
                  name: 'Bytes on the wire',
                  value: `${formatBytes(sentBytes)} sent, ${formatBytes(receivedBytes)} received`,
                  exact: `${formatExactBytes(sentBytes)} sent, ${formatExactBytes(receivedBytes)} received, from the first byte of TLS to the first line of IMAP`,
                },
              ]),
          {
            name: 'Sessions received',
            value: outcome.kind === 'failed' ? null : formatCount(ticketsReceived),
          },
        ]}
      />
      <OpensslCommand
        key={attempt.id}
        connectionId={attempt.connectionId}
        outcome={attempt.outcome.kind}
      />
    </section>
  );
}

const WHAT = 'openssl command';

interface OpensslCommandProps {
  readonly connectionId: ConnectionId;
  /** Of the handshake that the lines repeat. */
  readonly outcome: OutcomeKind;
}

/** Copies lines that repeat the handshake in a shell, and shows what was copied. */
function OpensslCommand({ connectionId, outcome }: OpensslCommandProps): ReactNode {
  const [command, setCommand] = useState<string | null>(null);
  const box = useRef<HTMLPreElement>(null);
  const copy = async (api: EngineApi) => {
    const text = await api.getOpensslCommand(connectionId);
    // Before it is copied: what cannot be is selected there.
    flushSync(() => {
      setCommand(text);
    });
    await copyOrSelect(text, WHAT, box.current);
  };
  return (
    <>
      <div>
        <CallButton call={copy} failure={`Could not copy the ${WHAT}`}>
          Copy as openssl command
        </CallButton>
      </div>
      {command !== null && (
        <>
          <p className={styles.sentence}>
            Paste it into a shell with OpenSSL 3: it repeats this handshake and prints what came of
            it. Nothing but the server and the certificates that are trusted is in it.
          </p>
          {outcome === 'refused' && (
            <p className={styles.sentence}>
              The session that was refused is a secret: a new one is offered in its place. Where the
              server has changed since it issued the old one, as by a restart, this prints Reused.
            </p>
          )}
          <Lines label={WHAT} ref={box}>
            {command}
          </Lines>
        </>
      )}
    </>
  );
}

/** Where a resumed session comes from: `From the full handshake at 10:31, 4th reuse.` */
export function descentSentence(
  { fullHandshakeAt, reuse }: Omit<Descent, 'sharedBy'>,
  now: number,
): string {
  return `From the full handshake at ${formatMoment(fullHandshakeAt, now)}, ${formatOrdinal(reuse)} reuse.`;
}
