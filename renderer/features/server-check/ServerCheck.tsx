import { useState, type ReactNode } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import type { CheckId } from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { showScreen, useRoute } from '../../navigation.ts';
import { errorMessage } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import {
  CaFileInput,
  Field,
  NO_CA_FILE,
  readCaFile,
  TextField,
  type CaFile,
} from '../../ui/fields.tsx';
import { SECURITY_WORDS } from '../../words.ts';
import { CheckView } from './CheckView.tsx';
import styles from './ServerCheck.module.css';

/** Type a server, get a verdict with its evidence and what to change on the server. */
export function ServerCheck(): ReactNode {
  const { query } = useRoute();
  const checks = useEngine((state) => state.checks);
  const asked = checks.get((query['check'] ?? '') as CheckId);
  const shown = asked ?? [...checks.values()].at(-1);
  return (
    <div className={styles.screen}>
      <CheckForm />
      {shown === undefined ? (
        <p className={styles.none}>
          Connects to a mail server some thirty times, one connection after another, and offers it
          its own TLS sessions. It never signs in.
        </p>
      ) : (
        <CheckView check={shown} />
      )}
    </div>
  );
}

/** Of the form that the engine finds fault with. */
const FIELDS = ['host', 'servername', 'trust'] as const;

interface Problem {
  readonly field: (typeof FIELDS)[number];
  readonly message: string;
}

/** Which server to check, and what to trust. */
function CheckForm(): ReactNode {
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
      showScreen('check', { check: id });
    } catch (error) {
      const named = error instanceof RepriseError ? error.field : undefined;
      const field = FIELDS.find((known) => known === named) ?? 'host';
      setProblem({ field, message: errorMessage(error) });
    }
  };
  const choose = async (file: File | undefined) => {
    setProblem((before) => (before?.field === 'trust' ? null : before));
    setCaFile(null);
    if (file === undefined) return;
    const found = await readCaFile(file);
    if ('problem' in found) setProblem({ field: 'trust', message: found.problem });
    else setCaFile(found);
  };

  return (
    <form
      className={styles.form}
      aria-label="Server check"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <TextField
        label="Server to check"
        error={errorOf('host')}
        hint="Name and port, such as imap.example.org, smtp.example.org:587 or pop3://192.0.2.1."
        inputMode="url"
        value={server}
        onType={setServer}
      />
      <Field label="Security">
        {(control) => (
          <select
            {...control}
            value={starttls ? 'starttls' : 'port'}
            onChange={({ target }) => {
              setStarttls(target.value === 'starttls');
            }}
          >
            <option value="port">As the port implies</option>
            <option value="starttls">{SECURITY_WORDS.starttls}</option>
          </select>
        )}
      </Field>
      <TextField
        label="Server name for the certificate"
        error={errorOf('servername')}
        hint="Only where it differs from the server above."
        value={servername}
        onType={setServername}
      />
      <Field label="CA certificate file" error={errorOf('trust')} hint={NO_CA_FILE}>
        {(control) => (
          <CaFileInput {...control} onChange={({ target }) => void choose(target.files?.[0])} />
        )}
      </Field>
      <div className={styles.submit}>
        <Button look="primary" type="submit">
          Check server
        </Button>
      </div>
    </form>
  );
}
