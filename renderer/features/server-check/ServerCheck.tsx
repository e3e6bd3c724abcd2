import { useState, type ReactNode, type SyntheticEvent } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import type { CheckId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { showScreen, useRoute } from '../../navigation.ts';
import { errorMessage } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { SECURITY_WORDS } from '../../words.ts';
import { FieldFrame } from '../account-form/FieldFrame.tsx';
import { CheckView } from './CheckView.tsx';
import styles from './ServerCheck.module.css';

function show(id: CheckId): void {
  showScreen('check', { check: id });
}

/** Type a server, get a verdict with its evidence and what to change on the server. */
export function ServerCheck(): ReactNode {
  const { query } = useRoute();
  const checks = useEngine((state) => state.checks);
  const asked = checks.get((query['check'] ?? '') as CheckId);
  const shown = asked ?? [...checks.values()].at(-1);
  return (
    <div className={styles.screen}>
      <CheckForm onStarted={show} />
      {shown === undefined ? (
        <p className={styles.none}>
          Connects to a mail server some thirty times, one connection after another, and offers it
          its own TLS sessions. It never signs in.
        </p>
      ) : (
        <CheckView check={shown} onStarted={show} />
      )}
    </div>
  );
}

interface Problem {
  readonly field: 'host' | 'trust';
  readonly message: string;
}

interface CaFile {
  readonly fileName: string;
  readonly pem: string;
}

interface CheckFormProps {
  readonly onStarted: (id: CheckId) => void;
}

/** Which server to check, and what to trust. */
function CheckForm({ onStarted }: CheckFormProps): ReactNode {
  const api = useEngineApi();
  const [server, setServer] = useState('');
  const [starttls, setStarttls] = useState(false);
  const [servername, setServername] = useState('');
  const [caFile, setCaFile] = useState<CaFile | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const errorOf = (field: Problem['field']) => (problem?.field === field ? problem.message : null);

  const start = async () => {
    setProblem(null);
    try {
      const { id } = await api.startCheck({
        server,
        starttls,
        servername: servername.trim() === '' ? null : servername,
        trust: caFile === null ? { kind: 'system' } : { kind: 'ca', ...caFile },
        attempts: null,
      });
      onStarted(id);
    } catch (error) {
      const isTrust = error instanceof RepriseError && error.field === 'trust';
      setProblem({ field: isTrust ? 'trust' : 'host', message: errorMessage(error) });
    }
  };
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    void start();
  };
  const choose = async (file: File | undefined) => {
    setProblem((before) => (before?.field === 'trust' ? null : before));
    setCaFile(null);
    if (file === undefined) return;
    try {
      setCaFile({ fileName: file.name, pem: await file.text() });
    } catch {
      // The browser says no more than that: moved, deleted or not to be read.
      setProblem({
        field: 'trust',
        message: `${file.name} could not be read. Check that it is still there and choose it again.`,
      });
    }
  };

  return (
    <form className={styles.form} onSubmit={submit} aria-label="Server check">
      <FieldFrame
        label="Server to check"
        error={errorOf('host')}
        hint="Name and port, such as imap.example.org, smtp.example.org:587 or pop3://192.0.2.1."
      >
        {(control) => (
          <input
            {...control}
            className={styles.input}
            type="text"
            inputMode="url"
            autoCapitalize="none"
            spellCheck={false}
            value={server}
            onChange={(event) => {
              setServer(event.target.value);
            }}
          />
        )}
      </FieldFrame>
      <FieldFrame label="Security" error={null}>
        {(control) => (
          <select
            {...control}
            className={styles.input}
            value={starttls ? 'starttls' : 'port'}
            onChange={(event) => {
              setStarttls(event.target.value === 'starttls');
            }}
          >
            <option value="port">As the port implies</option>
            <option value="starttls">{SECURITY_WORDS.starttls}</option>
          </select>
        )}
      </FieldFrame>
      <FieldFrame
        label="Server name for the certificate"
        error={null}
        hint="Only where it differs from the server above."
      >
        {(control) => (
          <input
            {...control}
            className={styles.input}
            type="text"
            autoCapitalize="none"
            spellCheck={false}
            value={servername}
            onChange={(event) => {
              setServername(event.target.value);
            }}
          />
        )}
      </FieldFrame>
      <FieldFrame
        label="CA certificate file"
        error={errorOf('trust')}
        hint="Optional, PEM. Without one, the certificate authorities of your system are trusted."
      >
        {(control) => (
          <input
            {...control}
            className={styles.file}
            type="file"
            accept=".pem,.crt,.cer,.ca-bundle"
            onChange={(event) => void choose(event.target.files?.[0])}
          />
        )}
      </FieldFrame>
      <div className={styles.submit}>
        <Button look="primary" type="submit">
          Check server
        </Button>
      </div>
    </form>
  );
}
