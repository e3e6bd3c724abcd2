import { useEffect, useRef, type ReactNode } from 'react';
import type { Provider } from '../../../shared/set-up.ts';
import { visible } from '../../../shared/visible.ts';
import { Button } from '../../ui/controls.tsx';
import { ExternalIcon } from '../../ui/icons.tsx';
import { Foreign } from '../../ui/Text.tsx';
import { domainOf } from './draft.ts';
import { foreignSentence, serverText, sourceText, takesPasswords, type Found } from './set-up.ts';
import type { AccountFormState } from './use-account-form.ts';
import styles from './SetUpNews.module.css';

interface SetUpNewsProps {
  readonly state: AccountFormState;
}

/** What becomes of the search for settings, said as it happens, with the way to every field. */
export function SetUpNews({ state }: SetUpNewsProps): ReactNode {
  const { setUp } = state;
  const news = useRef<HTMLDivElement>(null);
  const { kind } = state.draft.signIn;
  const isWithoutPassword = setUp.kind === 'found' && kind === 'oauth';
  // The password field goes, perhaps in the middle of a password: its rest must get into no other.
  useEffect(() => {
    const form = news.current?.closest('form');
    if (isWithoutPassword && form?.contains(document.activeElement) === false) {
      news.current?.focus();
    }
  }, [isWithoutPassword]);
  return (
    <div
      ref={news}
      tabIndex={-1}
      className={styles.news}
      data-step={setUp.kind}
      data-warns={state.foreign !== null}
    >
      {/* There from the start, so that what appears in it is read out. */}
      <output className={styles.said}>
        {setUp.kind === 'looking' && (
          <p>
            Looking for the settings of <Foreign>{domainOf(state.draft.user)}</Foreign>…
          </p>
        )}
        {setUp.kind === 'found' && (
          <FoundNews found={setUp.found} secret={kind === 'password' ? 'password' : 'sign-in'} />
        )}
        {setUp.kind === 'manual' && setUp.why !== null && <p>{setUp.why}</p>}
      </output>
      {setUp.kind === 'looking' && (
        <Button look="quiet" onClick={state.enterManually}>
          Set up manually
        </Button>
      )}
      {setUp.kind === 'found' && takesPasswords(setUp) && (
        <Button look="quiet" onClick={state.enterManually}>
          Edit
        </Button>
      )}
    </div>
  );
}

interface FoundNewsProps {
  readonly found: Found;
  /** What would go there. */
  readonly secret: 'password' | 'sign-in';
}

/** On one line what it is and who says so; below, what has to be known before a password is typed. */
function FoundNews({ found, secret }: FoundNewsProps): ReactNode {
  const { settings, address, trouble } = found;
  const { user, provider, foreign } = settings;
  return (
    <>
      <p>
        <bdi className={styles.server}>{visible(serverText(settings))}</bdi>
        <span className={styles.source}>
          {' · '}
          {sourceText(found)}
          {user !== address && (
            <>
              ; the user name there is <Foreign>{user}</Foreign>
            </>
          )}
        </span>
      </p>
      {provider?.passwords === 'none' && <ProviderHint provider={provider} />}
      {trouble !== null && <p className={styles.source}>{trouble}</p>}
      {foreign && <p className={styles.foreign}>{foreignSentence(found, secret)}</p>}
    </>
  );
}

/** What a provider wants to be told, and where it explains that. */
export function ProviderHint({ provider }: { readonly provider: Provider }): ReactNode {
  const { name, hint, helpUrl } = provider;
  if (hint === null) return null;
  return (
    <p className={styles.hint}>
      {hint}{' '}
      {helpUrl !== null && (
        <a href={helpUrl} target="_blank" rel="noreferrer">
          {name}’s instructions
          <ExternalIcon />
        </a>
      )}
    </p>
  );
}
