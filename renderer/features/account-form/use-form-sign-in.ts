import { useEffect, useState, type Dispatch, type SetStateAction } from 'react';
import type { Account } from '../../../shared/model.ts';
import { offerOf } from '../../../shared/oauth-offers.ts';
import { RepriseError } from '../../../shared/errors.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { useEngine } from '../../engine/store.ts';
import { errorMessage } from '../../ui/call.tsx';
import { EMPTY_CLIENT, type ClientDraft } from '../sign-in/ClientFields.tsx';
import { useSignIn, type SignInManner } from '../sign-in/use-sign-in.ts';
import { nextStep } from '../sign-in/words.ts';
import { toInput, type Draft } from './draft.ts';

interface FormSignInDeps {
  readonly draft: Draft;
  readonly setDraft: Dispatch<SetStateAction<Draft>>;
  /** The account that is edited. */
  readonly account: Account | null;
  /** Something is wrong with what stands in the form; with nothing, as it is begun anew. */
  readonly say: (error: unknown) => void;
}

/** What is wrong with the client id. */
export interface ClientProblem {
  readonly field: string | null;
  readonly message: string;
}

/** The sign-in in the browser for what stands in the form, with the client id that it may take. */
export function useFormSignIn({ draft, setDraft, account, say }: FormSignInDeps) {
  const api = useEngineApi();
  const { signIn } = draft;
  const issuer = signIn.kind === 'oauth' ? signIn.issuer.trim() : '';
  const offer = offerOf(issuer);
  const stored = useEngine(({ oauthClients }) => oauthClients.get(issuer)) ?? null;
  const [client, setClient] = useState(EMPTY_CLIENT);
  const [clientProblem, setClientProblem] = useState<ClientProblem | null>(null);
  const state = useSignIn((engine, manner) => {
    const { user, host, port, security, servername, proxy } = toInput(draft, account === null);
    return engine.startSignIn({
      host,
      port,
      security,
      servername,
      user,
      ...(proxy === undefined ? {} : { proxy }),
      accountId: account?.id ?? null,
      issuer,
      flow: manner.flow,
      confirmedForeign: [...(manner.confirmedForeign ?? [])],
      anyUser: manner.anyUser === true,
    });
  });

  const { course } = state;
  const trouble = course?.phase === 'failed' ? (course.problem?.code ?? null) : null;
  const needsClient =
    (offer.clientNeeded && stored === null) || (trouble !== null && nextStep(trouble) === 'client');

  useEffect(() => {
    if (course?.phase !== 'done') return;
    const { clientId, grant } = course;
    setDraft((before) => ({
      ...before,
      signIn: { kind: 'oauth', issuer: course.issuer, clientId, grant },
    }));
  }, [course, setDraft]);

  // A secret goes with one client id.
  const hasSecret = stored?.hasSecret === true && stored.clientId === client.clientId.trim();

  /** Stores what was typed; `false` where something is wrong with it. */
  const takeClient = async (): Promise<boolean> => {
    if (!needsClient) return true;
    const { clientId, clientSecret } = client;
    if (clientId.trim() === '') {
      setClientProblem({ field: 'clientId', message: `Enter your client id at ${offer.name}.` });
      return false;
    }
    try {
      const keeps = clientSecret === '' && hasSecret;
      await api.setOAuthClient({
        kind: 'set',
        issuer,
        clientId,
        clientSecret: keeps ? null : clientSecret,
      });
      setClient(EMPTY_CLIENT);
      return true;
    } catch (error) {
      setClientProblem({
        field: error instanceof RepriseError ? (error.field ?? null) : null,
        message: errorMessage(error),
      });
      return false;
    }
  };

  const start = async (manner: SignInManner) => {
    if (state.isRunning) return;
    say(null);
    setClientProblem(null);
    if (!(await takeClient())) return;
    try {
      await state.start(manner);
    } catch (error) {
      say(error);
    }
  };

  return {
    ...state,
    offer,
    stored,
    hasSecret,
    needsClient,
    client,
    editClient: (typed: ClientDraft) => {
      setClient(typed);
      setClientProblem(null);
    },
    clientProblem,
    start: (manner: SignInManner) => void start(manner),
    /** In the way that is usual there. */
    begin: () => void start({ flow: offer.flows[0] ?? 'browser' }),
    /** Its issuer is outside of the server's domain, or sends on elsewhere: that is named, and has to be confirmed. */
    foreignIssuer: trouble === 'foreign-issuer' ? (course?.problem ?? null) : null,
  };
}
