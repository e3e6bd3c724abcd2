import type { ReactNode } from 'react';
import type { AccountProxy } from '../../../shared/proxy.ts';
import { useEngine } from '../../engine/store.ts';
import { Field, PasswordField, TextField } from '../../ui/fields.tsx';
import { choiceWords, hasFields, keepsPassword, type ProxyDraft } from './proxy-draft.ts';
import styles from './ProxyFields.module.css';

const KIND_WORDS = {
  none: 'None',
  system: 'The system’s',
  socks5: 'SOCKS5',
  http: 'HTTP (CONNECT)',
} as const;

interface ProxyFieldsProps {
  readonly draft: ProxyDraft;
  /** What is chosen now: its password may stay. */
  readonly stored: AccountProxy;
  /** An account may go with the program. */
  readonly ofAccount?: boolean;
  /** What is wrong, and with which field; `proxy` where it is not said. */
  readonly error: { readonly field: string; readonly message: string } | null;
  readonly onEdit: (draft: ProxyDraft) => void;
}

/** Which way connections go: for the program, or for an account. */
export function ProxyFields(props: ProxyFieldsProps): ReactNode {
  const { draft, stored, ofAccount = false, error, onEdit } = props;
  const program = useEngine(({ settings }) => settings.proxy);
  const shell = useEngine(({ app }) => app.shell);
  const mayStay = keepsPassword(stored, draft);
  const errorOf = (field: string) => (error?.field === field ? error.message : null);
  const edit = (change: Partial<ProxyDraft>) => {
    onEdit({ ...draft, ...change });
  };
  return (
    <div className={styles.fields}>
      <Field label="Proxy" error={errorOf('proxy') ?? errorOf('kind')} hint={hintOf(draft, shell)}>
        {(control) => (
          <select
            {...control}
            name="proxy"
            value={draft.kind}
            onChange={({ target }) => {
              edit({ kind: target.value as ProxyDraft['kind'] });
            }}
          >
            {ofAccount && <option value="program">As the program ({choiceWords(program)})</option>}
            {Object.entries(KIND_WORDS).map(([kind, words]) => (
              <option key={kind} value={kind}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      {hasFields(draft) && (
        <>
          <div className={styles.place}>
            <TextField
              name="proxyHost"
              label="Proxy server"
              value={draft.host}
              error={errorOf('host')}
              inputMode="url"
              onType={(host) => {
                edit({ host });
              }}
            />
            <TextField
              name="proxyPort"
              label="Proxy port"
              value={draft.port}
              error={errorOf('port')}
              inputMode="numeric"
              placeholder={draft.kind === 'http' ? '3128' : '1080'}
              onType={(port) => {
                edit({ port });
              }}
            />
          </div>
          <TextField
            name="proxyUser"
            label="Proxy user name"
            value={draft.user}
            error={errorOf('user')}
            hint="Empty where the proxy takes anybody."
            autoComplete="off"
            onType={(user) => {
              edit({ user });
            }}
          />
          {draft.user.trim() !== '' && (
            <PasswordField
              name="proxyPassword"
              label="Proxy password"
              value={draft.password}
              error={errorOf('password')}
              placeholder={mayStay ? 'unchanged' : ''}
              aria-required={!mayStay}
              onType={(password) => {
                edit({ password });
              }}
            />
          )}
        </>
      )}
    </div>
  );
}

/** What the choice means. */
function hintOf({ kind }: ProxyDraft, shell: 'electron' | 'host'): string | null {
  switch (kind) {
    case 'program':
    case 'none':
      return null;
    case 'system':
      return shell === 'electron'
        ? 'What this system says for each server, automatic configuration included.'
        : 'By HTTPS_PROXY, ALL_PROXY and NO_PROXY of the environment in which Reprise was started.';
    case 'socks5':
    case 'http':
      return 'The proxy looks names up. Where it fails, nothing is connected; servers on this computer are reached without it.';
  }
}
