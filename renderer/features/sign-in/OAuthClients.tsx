import { useState, type ReactNode } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import type { OAuthClient } from '../../../shared/model.ts';
import { OAUTH_OFFERS, offerOf } from '../../../shared/oauth-offers.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { errorMessage, toastIfFailed } from '../../ui/call.tsx';
import { Button } from '../../ui/controls.tsx';
import { Question } from '../../ui/dialogs.tsx';
import { Field, TextField } from '../../ui/fields.tsx';
import { Foreign } from '../../ui/Text.tsx';
import { toastDone } from '../../ui/toasts.tsx';
import { ClientFields, EMPTY_CLIENT, type ClientDraft } from './ClientFields.tsx';
import styles from './OAuthClients.module.css';

/** What is being typed: for a new one, or in place of one that is stored. */
interface Editing {
  /** Of an issuer; `null` while none was chosen from the list, to be typed. */
  readonly issuer: string;
  readonly isListed: boolean;
  readonly isNew: boolean;
  readonly client: ClientDraft;
}

/** The client ids that sign-ins in the browser are made with, one for each provider. */
export function OAuthClients(): ReactNode {
  const clients = useEngine(({ oauthClients }) => oauthClients);
  const accounts = useEngine((state) => state.accounts);
  const [editing, setEditing] = useState<Editing | null>(null);
  const [removing, setRemoving] = useState<OAuthClient | null>(null);
  const api = useEngineApi();
  const usersOf = ({ id }: OAuthClient) =>
    [...accounts.values()].filter(({ signIn }) => signIn.kind === 'oauth' && signIn.issuer === id)
      .length;
  const first = OAUTH_OFFERS.find(({ issuer }) => !clients.has(issuer));
  return (
    <div className={styles.clients}>
      <p className={styles.explanation}>
        A provider that signs people in on its own page wants to know which program asks, by a
        client id. Reprise brings none: make one of your own, once for all accounts there. Secrets
        are stored encrypted, and never shown again.
      </p>
      {clients.size > 0 && (
        <ul className={styles.list} aria-label="Client ids">
          {[...clients.values()].map((client) => (
            <li key={client.id} className={styles.client} aria-label={client.name}>
              <div className={styles.text}>
                <strong>
                  <Foreign>{client.name}</Foreign>
                </strong>
                <code dir="ltr">{client.clientId}</code>
                <span className={styles.aside}>{aboutClient(client, usersOf(client))}</span>
              </div>
              <Button
                look="quiet"
                aria-label={`Replace the client id of ${client.name}`}
                onClick={() => {
                  const known = { clientId: client.clientId, clientSecret: '' };
                  setEditing({ issuer: client.id, isListed: true, isNew: false, client: known });
                }}
              >
                Replace
              </Button>
              <Button
                look="quiet"
                aria-label={`Remove the client id of ${client.name}`}
                onClick={() => {
                  setRemoving(client);
                }}
              >
                Remove
              </Button>
            </li>
          ))}
        </ul>
      )}
      {editing === null ? (
        <div>
          <Button
            onClick={() => {
              setEditing({
                issuer: first?.issuer ?? '',
                isListed: first !== undefined,
                isNew: true,
                client: EMPTY_CLIENT,
              });
            }}
          >
            Add a client id
          </Button>
        </div>
      ) : (
        <ClientForm
          editing={editing}
          stored={clients.get(editing.issuer) ?? null}
          onEdit={setEditing}
          onClose={() => {
            setEditing(null);
          }}
        />
      )}
      {removing !== null && (
        <Question
          title={`Remove the client id of ${isolate(removing.name)}?`}
          description={removalOf(removing, usersOf(removing))}
          confirm="Remove"
          cancel="Keep"
          onConfirm={() => {
            setRemoving(null);
            void toastIfFailed(
              `Could not remove the client id of ${isolate(removing.name)}`,
              api.setOAuthClient({ kind: 'remove', issuer: removing.id }),
            );
          }}
          onCancel={() => {
            setRemoving(null);
          }}
        />
      )}
    </div>
  );
}

function aboutClient({ hasSecret, isRegistered }: OAuthClient, users: number): string {
  return [
    ...(isRegistered ? ['had by registering'] : []),
    hasSecret ? 'secret stored' : 'no secret',
    users === 1 ? '1 account' : `${users} accounts`,
  ].join(' · ');
}

function removalOf({ hasSecret }: OAuthClient, users: number): string {
  const what = hasSecret ? 'The client id and its secret are' : 'The client id is';
  const whom = users === 1 ? 'One account signs' : `${users} accounts sign`;
  return `${what} deleted here; nothing changes at the provider. ${
    users === 0
      ? 'No account uses it.'
      : `${whom} in with it, and will need it again when the present access token ends.`
  }`;
}

interface ClientFormProps {
  readonly editing: Editing;
  readonly stored: OAuthClient | null;
  readonly onEdit: (editing: Editing) => void;
  readonly onClose: () => void;
}

function ClientForm({ editing, stored, onEdit, onClose }: ClientFormProps): ReactNode {
  const api = useEngineApi();
  const [problem, setProblem] = useState<{ field: string | null; message: string } | null>(null);
  const { issuer, isListed, isNew, client } = editing;
  const offer = offerOf(issuer.trim());
  // A secret goes with one client id.
  const hasSecret = stored?.hasSecret === true && stored.clientId === client.clientId.trim();
  const edit = (change: Partial<Editing>) => {
    setProblem(null);
    onEdit({ ...editing, ...change });
  };
  const save = async () => {
    setProblem(null);
    try {
      await api.setOAuthClient({
        kind: 'set',
        issuer,
        clientId: client.clientId,
        clientSecret: hasSecret && client.clientSecret === '' ? null : client.clientSecret,
      });
      toastDone(`Client id of ${isolate(offer.name)} stored`);
      onClose();
    } catch (error) {
      const field = error instanceof RepriseError ? (error.field ?? null) : null;
      setProblem({ field, message: errorMessage(error) });
    }
  };
  return (
    <form
      className={styles.form}
      aria-label={isNew ? 'New client id' : `Client id of ${offer.name}`}
      noValidate
      autoComplete="off"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      {isNew && (
        <Field label="Provider">
          {(control) => (
            <select
              {...control}
              value={isListed ? issuer : ''}
              onChange={({ target }) => {
                edit({ issuer: target.value, isListed: target.value !== '' });
              }}
            >
              {OAUTH_OFFERS.map((one) => (
                <option key={one.issuer} value={one.issuer}>
                  {one.name}
                </option>
              ))}
              <option value="">Another one</option>
            </select>
          )}
        </Field>
      )}
      {!isListed && (
        <TextField
          label="Issuer"
          value={issuer}
          error={problem?.field === 'issuer' ? problem.message : null}
          inputMode="url"
          placeholder="https://auth.example.org"
          aria-required
          onType={(typed) => {
            edit({ issuer: typed });
          }}
        />
      )}
      <ClientFields
        offer={offer}
        draft={client}
        hasSecret={hasSecret}
        error={problem}
        onEdit={(typed) => {
          edit({ client: typed });
        }}
      />
      {problem !== null &&
        !['clientId', 'clientSecret'].includes(problem.field ?? '') &&
        isListed && (
          <p role="alert" className={styles.error}>
            {problem.message}
          </p>
        )}
      <div className={styles.actions}>
        <Button type="submit" look="primary">
          Store
        </Button>
        <Button onClick={onClose}>Cancel</Button>
      </div>
    </form>
  );
}
