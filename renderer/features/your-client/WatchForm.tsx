import { useState, type ReactNode } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import type { ClientWatchId } from '../../../shared/ids.ts';
import type { ClientWatchInput } from '../../../shared/inputs.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { errorMessage } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { Field, TextField } from '../../ui/fields.tsx';
import { SECURITY_WORDS } from '../../words.ts';
import styles from './YourClient.module.css';

/** Of the form that the engine finds fault with; the others are folded. */
const FIELDS = ['server', 'listenPort', 'listenAddress', 'to'] as const;
type FieldName = (typeof FIELDS)[number];

interface Problem {
  readonly field: FieldName;
  readonly message: string;
}

interface WatchFormProps {
  /** What it begins with. */
  readonly initial: ClientWatchInput;
  readonly onStarted: (id: ClientWatchId) => void;
  /** `null` where there is nothing else to show. */
  readonly onCancel: (() => void) | null;
}

/** Which server the program talks to, and where it is to arrive. */
export function WatchForm({ initial, onStarted, onCancel }: WatchFormProps): ReactNode {
  const api = useEngineApi();
  const [input, setInput] = useState(initial);
  const [problem, setProblem] = useState<Problem | null>(null);
  const { listenPort, listenAddress, to } = initial;
  const [isUnfolded, setUnfolded] = useState(`${listenPort}${listenAddress}${to}` !== '');
  const [isStarting, setStarting] = useState(false);
  const change = (more: Partial<ClientWatchInput>) => {
    setInput((before) => ({ ...before, ...more }));
  };
  const errorOf = (field: FieldName) => (problem?.field === field ? problem.message : null);

  const start = async () => {
    if (isStarting) return;
    setProblem(null);
    setStarting(true);
    try {
      const { id } = await api.startClientWatch(input);
      onStarted(id);
    } catch (error) {
      const named = error instanceof RepriseError ? error.field : undefined;
      const field = FIELDS.find((known) => known === named) ?? 'server';
      if (field !== 'server') setUnfolded(true);
      setProblem({ field, message: errorMessage(error) });
    } finally {
      setStarting(false);
    }
  };

  return (
    <form
      className={styles.form}
      aria-label="Your client"
      onSubmit={(event) => {
        event.preventDefault();
        void start();
      }}
    >
      <TextField
        label="Server of your program"
        error={errorOf('server')}
        hint="Name and port, such as imap.example.org, smtp.example.org:587 or pop3://192.0.2.1."
        inputMode="url"
        value={input.server}
        onType={(server) => {
          change({ server });
        }}
      />
      <Field label="Security">
        {(control) => (
          <select
            {...control}
            value={input.starttls ? 'starttls' : 'port'}
            onChange={({ target }) => {
              change({ starttls: target.value === 'starttls' });
            }}
          >
            <option value="port">As the port implies</option>
            <option value="starttls">{SECURITY_WORDS.starttls}</option>
          </select>
        )}
      </Field>
      <details
        className={styles.fold}
        open={isUnfolded}
        onToggle={({ currentTarget }) => {
          setUnfolded(currentTarget.open);
        }}
      >
        <summary>Advanced</summary>
        <div className={styles.folded}>
          <TextField
            label="Port to listen at"
            error={errorOf('listenPort')}
            hint="Left empty, it goes with the server's port, such as 10993 for 993. 0 is any that is free."
            inputMode="numeric"
            value={input.listenPort}
            onType={(listenPort) => {
              change({ listenPort });
            }}
          />
          <TextField
            label="Address to listen at"
            error={errorOf('listenAddress')}
            hint="Left empty, programs of this computer alone reach it."
            value={input.listenAddress}
            onType={(listenAddress) => {
              change({ listenAddress });
            }}
          />
          <TextField
            label="Address of the server"
            error={errorOf('to')}
            hint="Only where DNS does not know its name, or leads elsewhere."
            value={input.to}
            onType={(to) => {
              change({ to });
            }}
          />
        </div>
      </details>
      <div className={styles.submit}>
        {onCancel !== null && <Button onClick={onCancel}>Cancel</Button>}
        <Button look="primary" type="submit" aria-disabled={isStarting}>
          {isStarting ? 'Starting…' : 'Start watching'}
        </Button>
      </div>
    </form>
  );
}
