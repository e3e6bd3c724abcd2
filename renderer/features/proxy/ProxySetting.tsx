import { useState, type ReactNode } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import type { ProxyInput } from '../../../shared/inputs.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { errorMessage } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { ProxyFields } from './ProxyFields.tsx';
import { hasFields, proxyDraftOf, toProxyInput, type ProxyDraft } from './proxy-draft.ts';
import styles from './ProxyFields.module.css';

/** The program's proxy. A proxy of its own is used once that is said; any other choice at once. */
export function ProxySetting(): ReactNode {
  const api = useEngineApi();
  const stored = useEngine(({ settings }) => settings.proxy);
  const demoOnly = useEngine(({ app }) => app.demoOnly);
  /** What was typed, for as long as the choice is the one that it was begun with. */
  const [typed, setTyped] = useState<{ readonly of: string; readonly draft: ProxyDraft } | null>(
    null,
  );
  const [error, setError] = useState<{ field: string; message: string } | null>(null);
  const of = JSON.stringify(stored);
  const draft = typed?.of === of ? typed.draft : proxyDraftOf(stored);
  const isTyped =
    typed?.of === of && JSON.stringify(draft) !== JSON.stringify(proxyDraftOf(stored));

  const use = async (chosen: ProxyDraft) => {
    setError(null);
    try {
      await api.setProxy(toProxyInput(chosen) as ProxyInput);
      setTyped(null);
    } catch (problem) {
      const field = problem instanceof RepriseError ? problem.field : undefined;
      setError({ field: field ?? 'proxy', message: errorMessage(problem) });
    }
  };
  const edit = (next: ProxyDraft) => {
    setError(null);
    setTyped({ of, draft: next });
    if (next.kind !== draft.kind && !hasFields(next)) void use(next);
  };
  return (
    <form
      aria-label="Proxy"
      className={styles.setting}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void use(draft);
      }}
    >
      <p className={styles.explanation}>
        The way that connections take, those of the server check and of set-up included. An account
        may have a choice of its own. Sessions that were seen on one way are offered on no other.
        {demoOnly && ' The servers of the demo are on this computer, and reached without a proxy.'}
      </p>
      <ProxyFields draft={draft} stored={stored} error={error} onEdit={edit} />
      {hasFields(draft) && (
        <div className={styles.actions}>
          <Button type="submit" look="primary" disabled={!isTyped}>
            Use this proxy
          </Button>
        </div>
      )}
    </form>
  );
}
