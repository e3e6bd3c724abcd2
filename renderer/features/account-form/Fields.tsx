import { useId, type ReactNode } from 'react';
import type { Security } from '../../../shared/model.ts';
import { useEngine } from '../../engine/store.ts';
import { Button } from '../../ui/controls.tsx';
import { Field, PasswordField, TextField } from '../../ui/fields.tsx';
import { DescendingIcon } from '../../ui/icons.tsx';
import { protectionSentence, SECURITY_WORDS } from '../../words.ts';
import { ProxyFields } from '../proxy/ProxyFields.tsx';
import { domainOf, labelOf } from './draft.ts';
import { foundIn } from './set-up.ts';
import { ProviderHint, SetUpNews } from './SetUpNews.tsx';
import { OtherWay, SignInFields, WayChoice } from './SignInFields.tsx';
import { CaFileField, PinField } from './TrustFields.tsx';
import type { AccountFormState } from './use-account-form.ts';
import styles from './AccountForm.module.css';

interface FieldsProps {
  readonly state: AccountFormState;
}

/** The address first, alone; then the password beside what was found for it, or every field. */
export function Fields({ state }: FieldsProps): ReactNode {
  const { draft, errorOf, setUp, hasPassword, whyTypeAgain } = state;
  const isByPassword = draft.signIn.kind === 'password';
  // There is a password already, which need not be typed again for the same server.
  const mayStay = hasPassword && whyTypeAgain === null;
  const isManual = setUp.kind === 'manual';
  return (
    <>
      <TextField
        name="user"
        label="Email or user name"
        // What it is called there may be less than the address that was typed.
        value={setUp.kind === 'found' ? setUp.found.address : draft.user}
        error={errorOf('user')}
        hint={setUp.kind === 'address' ? <AddressHint /> : null}
        inputMode="email"
        dir="auto"
        onType={(typed) => {
          state.edit('user', typed);
        }}
      />
      <SetUpNews state={state} />
      {setUp.kind !== 'address' && <WayChoice state={state} />}
      {setUp.kind !== 'address' && isByPassword && (
        <PasswordField
          name="password"
          label="Password"
          value={draft.password}
          error={errorOf('password')}
          hint={<PasswordHint state={state} />}
          aria-required={!mayStay}
          placeholder={mayStay ? 'unchanged' : hasPassword ? 'type it again' : ''}
          onType={(typed) => {
            state.edit('password', typed);
          }}
        />
      )}
      {isManual && <ServerFields state={state} />}
      {setUp.kind !== 'address' && <SignInFields state={state} />}
      {setUp.kind !== 'address' && <PinField state={state} />}
      {isManual && <Advanced state={state} />}
    </>
  );
}

/** What is asked of whom when it goes on. */
function AddressHint(): ReactNode {
  const isOn = useEngine(({ settings }) => settings.lookUpSettings);
  return isOn
    ? 'Reprise looks for the settings of its domain. Only the domain is told to anybody, never the address.'
    : 'Look-ups are switched off in Settings: only what Reprise knows of large providers is filled in.';
}

/** Where mail is read. Port and security are asked for once there is a server. */
function ServerFields({ state }: FieldsProps): ReactNode {
  const { draft, edit, errorOf } = state;
  const domain = domainOf(draft.user);
  const isNamed =
    draft.host.trim() !== '' || errorOf('port') !== null || errorOf('security') !== null;
  return (
    <div className={styles.server}>
      <TextField
        name="host"
        label="Server"
        value={draft.host}
        error={errorOf('host')}
        inputMode="url"
        placeholder={domain === '' ? '' : `imap.${domain}`}
        onType={(typed) => {
          edit('host', typed);
        }}
      />
      {isNamed && (
        <>
          <TextField
            name="port"
            label="Port"
            value={draft.port}
            error={errorOf('port')}
            inputMode="numeric"
            onType={(typed) => {
              edit('port', typed);
            }}
          />
          <Field label="Security" error={errorOf('security')}>
            {(control) => (
              <select
                {...control}
                name="security"
                value={draft.security}
                onChange={({ target }) => {
                  edit('security', target.value as Security);
                }}
              >
                <option value="tls">{SECURITY_WORDS.tls}</option>
                <option value="starttls">{SECURITY_WORDS.starttls}</option>
              </select>
            )}
          </Field>
        </>
      )}
    </div>
  );
}

/** What most people need not see, folded away. */
function Advanced({ state }: FieldsProps): ReactNode {
  const { draft, edit, errorOf, isUnfolded, setUnfolded } = state;
  const id = useId();
  const proxyError = errorOf('proxy');
  return (
    <>
      <div className={styles.fold}>
        <Button
          look="quiet"
          aria-expanded={isUnfolded}
          aria-controls={id}
          onClick={() => {
            setUnfolded(!isUnfolded);
          }}
        >
          <DescendingIcon />
          Advanced
        </Button>
        {!isUnfolded && (
          <span>Mailboxes to watch, sign-in, certificates, proxy, name of this account</span>
        )}
      </div>
      {/* There while it is folded too: a file that was chosen stays chosen. */}
      <div id={id} hidden={!isUnfolded} className={styles.folded}>
        <Field
          label="Mailboxes to watch"
          error={errorOf('mailboxes')}
          hint="One a line; on a single line, separated by commas. Each one is a connection of its own."
        >
          {(control) => (
            <textarea
              {...control}
              name="mailboxes"
              rows={3}
              spellCheck={false}
              dir="auto"
              value={draft.mailboxes}
              onChange={({ target }) => {
                edit('mailboxes', target.value);
              }}
            />
          )}
        </Field>
        <OtherWay state={state} />
        <CaFileField state={state} />
        <TextField
          name="servername"
          label="Server name for the certificate"
          value={draft.servername}
          error={errorOf('servername')}
          hint="Only where it differs from the server above."
          placeholder={draft.host}
          onType={(typed) => {
            edit('servername', typed);
          }}
        />
        <ProxyFields
          draft={draft.proxy}
          stored={state.storedProxy}
          ofAccount
          error={proxyError === null ? null : { field: 'proxy', message: proxyError }}
          onEdit={(typed) => {
            edit('proxy', typed);
          }}
        />
        <TextField
          name="label"
          label="Name of this account"
          value={labelOf(draft)}
          error={errorOf('label')}
          autoCapitalize="sentences"
          spellCheck
          dir="auto"
          onType={(typed) => {
            edit('label', typed);
          }}
        />
      </div>
    </>
  );
}

/** How the provider wants the password, whether it has to be typed, and how it is protected. */
function PasswordHint({ state }: FieldsProps): ReactNode {
  const { errorOf, setUp, whyTypeAgain } = state;
  const protection = useEngine(({ app }) => app.protection);
  const provider = foundIn(setUp)?.settings.provider ?? null;
  return (
    <>
      {/* Said as soon as it is so: whoever types the server has left this field behind. */}
      <p aria-live="polite" className={styles.advice}>
        {whyTypeAgain !== errorOf('password') && whyTypeAgain}
      </p>
      {provider !== null && <ProviderHint provider={provider} />}
      {provider !== null && provider.whyNoOAuth !== null && <p>{provider.whyNoOAuth}</p>}
      <p>{protectionSentence(protection)}</p>
    </>
  );
}
