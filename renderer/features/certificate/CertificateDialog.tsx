import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { SystemTrust } from '../../../shared/contract.ts';
import type {
  Account,
  Connection,
  Problem,
  ShownCertificate,
  TrustChoice,
} from '../../../shared/model.ts';
import { useNow } from '../../clock.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { closeCertificate, useEngine, useInterface } from '../../engine/store.ts';
import { toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialogs.tsx';
import { toastDone } from '../../ui/toasts.tsx';
import { COMPARE_ADVICE, judge, TRUST_LABEL } from './certificate.ts';
import { CertificateTable } from './CertificateTable.tsx';
import styles from './Certificate.module.css';

/** The certificate that stopped an account, and what can be done; nothing while it is closed. */
export function CertificateDialog(): ReactNode {
  const id = useInterface((state) => state.certificateOf);
  const account = useEngine(({ accounts }) => (id === null ? undefined : accounts.get(id)));
  const stopped = useEngine(({ connections, connectionIdsOf }) => {
    const ids = id === null ? [] : (connectionIdsOf.get(id) ?? []);
    return ids.map((one) => connections.get(one)).find(hasCertificate);
  });
  const isGone = id !== null && (account === undefined || stopped === undefined);
  useEffect(() => {
    // Nothing is wrong any more, or the account is removed.
    if (isGone) closeCertificate(id);
  }, [id, isGone]);
  if (account === undefined || stopped?.state.kind !== 'certificate-problem') return null;
  const { problem, certificate } = stopped.state;
  if (certificate === null) return null;
  return (
    <OpenDialog key={account.id} account={account} problem={problem} certificate={certificate} />
  );
}

function hasCertificate(connection: Connection | undefined): boolean {
  return connection?.state.kind === 'certificate-problem' && connection.state.certificate !== null;
}

interface OpenDialogProps {
  readonly account: Account;
  readonly problem: Problem;
  readonly certificate: ShownCertificate;
}

function OpenDialog({ account, problem, certificate }: OpenDialogProps): ReactNode {
  const api = useEngineApi();
  const now = useNow();
  const leave = useRef<HTMLButtonElement>(null);
  // What is agreed to is what was read: the dialog does not change under its reader.
  const [shown, setShown] = useState(certificate);
  const [isBusy, setBusy] = useState(false);
  /** The account connects again, and the button that opened this is about to go. */
  const isLeaving = useRef(false);
  const system = useSystemTrust(account);
  const { label, host, trust } = account;
  const close = () => {
    closeCertificate(account.id);
  };

  const isOutdated = shown.fingerprint256 !== certificate.fingerprint256;
  const before = trust.kind === 'pin' ? trust.certificate : null;
  const isChange = before !== null && before.fingerprint256 !== shown.fingerprint256;
  const judgement = judge(problem.code, shown, now);
  const hasSystem =
    isChange && system?.trusted === true && system.fingerprint256 === shown.fingerprint256;

  const decide = async (choice: TrustChoice, done: string) => {
    if (isBusy) return;
    setBusy(true);
    isLeaving.current = true;
    const isDone = await toastIfFailed(
      `Could not change what ${label} trusts`,
      api.setTrust(account.id, choice),
    );
    setBusy(false);
    isLeaving.current = isDone;
    if (!isDone) return;
    toastDone(done);
    close();
  };
  return (
    <Dialog
      title={`Certificate of ${host}`}
      onClose={close}
      initialFocus={() => leave.current}
      returnFocus={() => (isLeaving.current ? null : findShow(label)) ?? findMenu(label)}
    >
      <div className={styles.body}>
        <p className={styles.problem}>{problem.message}</p>
        {isOutdated && (
          <p role="alert" className={styles.problem}>
            Meanwhile the server has shown yet another certificate.{' '}
            <Button
              look="quiet"
              onClick={() => {
                setShown(certificate);
              }}
            >
              Look at that one
            </Button>
          </p>
        )}
        <CertificateTable certificate={shown} before={isChange ? before : null} />
        {judgement.kind === 'trustable' && <p className={styles.advice}>{COMPARE_ADVICE}</p>}
        {judgement.kind === 'not' && judgement.sentence !== null && (
          <p className={styles.advice}>{judgement.sentence}</p>
        )}
        {problem.code !== 'certificate-changed' && (
          <p className={styles.advice}>
            Reprise looks again by itself, without signing in: when the network or the clock has
            changed, and once an hour. Once it can trust what it finds, it goes on.
          </p>
        )}
        <div aria-live="polite">
          {hasSystem && (
            <p className={styles.advice}>
              The certificate authorities of your system vouch for the new certificate, and for the
              name of the server. With the normal check, no certificate has to be trusted by hand.
            </p>
          )}
        </div>
      </div>
      <div className={styles.footer}>
        <Button ref={leave} onClick={close}>
          Leave it stopped
        </Button>
        {hasSystem && (
          <Button
            aria-disabled={isBusy}
            onClick={() =>
              void decide({ kind: 'system' }, `${label} trusts the authorities of your system`)
            }
          >
            Use the normal check
          </Button>
        )}
        {judgement.kind === 'trustable' && !isOutdated && (
          <Button
            aria-disabled={isBusy}
            onClick={() => {
              const { fingerprint256, pem } = judgement;
              const choice = { kind: 'pin', fingerprint256, pem } as const;
              void decide(choice, `${label} trusts only this certificate`);
            }}
          >
            {isChange ? 'Trust only the new certificate' : TRUST_LABEL}
          </Button>
        )}
      </div>
    </Dialog>
  );
}

/** The button that opened the dialog. */
function findShow(label: string): HTMLElement | null {
  return findByName(`Show the certificate of ${label}`);
}

/** What stays of the account when that one goes. */
function findMenu(label: string): HTMLElement | null {
  return findByName(`More for ${label}`);
}

function findByName(name: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[aria-label="${CSS.escape(name)}"]`);
}

/**
 * What the system's authorities say of the server of an account that trusts one certificate alone;
 * `null` while that is not known. A look of its own, without a login.
 */
function useSystemTrust({ id, trust }: Account): SystemTrust | null {
  const api = useEngineApi();
  const [found, setFound] = useState<SystemTrust | null>(null);
  const isPinned = trust.kind === 'pin';
  useEffect(() => {
    if (!isPinned) return;
    let isWanted = true;
    const look = async () => {
      try {
        const answer = await api.checkSystemTrust(id);
        if (isWanted) setFound(answer);
      } catch {
        // The account was removed or the engine is away: the page says so elsewhere, and the
        // choice that this would add is not offered.
      }
    };
    void look();
    return () => {
      isWanted = false;
    };
  }, [api, id, isPinned]);
  return found;
}
