import { useEffect, useRef, useState, type ReactNode } from 'react';
import type { SystemTrust } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type {
  Account,
  Connection,
  Problem,
  ShownCertificate,
  TrustChoice,
} from '../../../shared/model.ts';
import { passwordPlace } from '../../../shared/password-place.ts';
import { whyTypeAgain } from '../../account-password.ts';
import { useNow } from '../../clock.ts';
import { isolate } from '../../format.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { closeCertificate, useEngine, useInterface } from '../../engine/store.ts';
import { errorMessage } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialogs.tsx';
import { TextField } from '../../ui/fields.tsx';
import { toastDone, toastFailure } from '../../ui/toasts.tsx';
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

/** What the account may trust from now on. */
interface Choice {
  readonly trust: TrustChoice;
  readonly button: string;
  /** What is said when it does. */
  readonly done: string;
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
  const passwordField = useRef<HTMLInputElement>(null);
  const [password, setPassword] = useState('');
  /** Why the engine did not take it. */
  const [refusal, setRefusal] = useState<string | null>(null);
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

  const choices: Choice[] = [];
  if (hasSystem) {
    choices.push({
      trust: { kind: 'system' },
      button: 'Use the normal check',
      done: `${label} trusts the authorities of your system`,
    });
  }
  if (judgement.kind === 'trustable' && !isOutdated) {
    const { fingerprint256, pem } = judgement;
    choices.push({
      trust: { kind: 'pin', fingerprint256, pem },
      button: isChange ? 'Trust only the new certificate' : TRUST_LABEL,
      done: `${label} trusts only this certificate`,
    });
  }
  const whys = choices.map((choice) => whyTypeAgain(account, passwordPlace(account, choice.trust)));
  const why = whys.find((sentence) => sentence !== null) ?? null;

  const decide = async ({ trust: chosen, done }: Choice) => {
    if (isBusy) return;
    setBusy(true);
    setRefusal(null);
    isLeaving.current = true;
    try {
      await api.setTrust(account.id, chosen, password === '' ? null : password);
      toastDone(done);
      close();
    } catch (error) {
      isLeaving.current = false;
      if (error instanceof RepriseError && error.field === 'password') {
        setRefusal(error.message);
        passwordField.current?.focus();
      } else {
        const title = `Could not change what ${label} trusts`;
        toastFailure({ title, description: errorMessage(error), id: title });
      }
    }
    setBusy(false);
  };
  return (
    <Dialog
      title={`Certificate of ${isolate(host)}`}
      onClose={close}
      initialFocus={() => leave.current}
      returnFocus={() => (isLeaving.current ? null : findShow(label)) ?? findMenu(label)}
    >
      <form
        className={styles.form}
        noValidate
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          // By Enter, where there is no doubt about what is meant.
          const [only, ...others] = choices;
          if (only !== undefined && others.length === 0) void decide(only);
        }}
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
                The certificate authorities of your system vouch for the new certificate, and for
                the name of the server. With the normal check, no certificate has to be trusted by
                hand.
              </p>
            )}
          </div>
          {(why !== null || refusal !== null) && (
            <TextField
              ref={passwordField}
              label="Password"
              type="password"
              autoComplete="new-password"
              aria-required
              value={password}
              hint={why === refusal ? null : why}
              error={refusal}
              onType={(typed) => {
                setPassword(typed);
                setRefusal(null);
              }}
            />
          )}
        </div>
        <div className={styles.footer}>
          <Button ref={leave} onClick={close}>
            Leave it stopped
          </Button>
          {choices.map((choice) => (
            <Button key={choice.button} aria-disabled={isBusy} onClick={() => void decide(choice)}>
              {choice.button}
            </Button>
          ))}
        </div>
      </form>
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
