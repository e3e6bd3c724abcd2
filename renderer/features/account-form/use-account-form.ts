import { useRef, useState } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import type {
  Account,
  ProviderPreset,
  ShownCertificate,
  TestResult,
} from '../../../shared/model.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { closeForm, isFormOpen, type OpenForm } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { errorMessage } from '../../ui/call.tsx';
import { toastFailure } from '../../ui/toasts.tsx';
import {
  domainOf,
  draftOf,
  EMPTY_DRAFT,
  isSameConnection,
  isSameDraft,
  labelOf,
  strayPinOf,
  toInput,
  whyTypeAgain,
  withPreset,
  withSecurity,
  type Draft,
  type Field,
} from './draft.ts';

/** What is wrong, and with which field; `null` where it is none of them. */
interface FormProblem {
  readonly field: Field | null;
  readonly message: string;
}

/** What runs at the moment. */
type Running = 'save' | 'test' | null;

const FIELDS: readonly string[] = Object.keys(EMPTY_DRAFT);

/** Whose change takes back what was said of a field: which server it is decides over its password. */
const SAID_OF: Readonly<Partial<Record<Field, readonly Field[]>>> = {
  host: ['password'],
  servername: ['password'],
};

function problemOf(error: unknown): FormProblem {
  const field = error instanceof RepriseError ? error.field : undefined;
  return {
    field: field !== undefined && FIELDS.includes(field) ? (field as Field) : null,
    message: errorMessage(error),
  };
}

/** A test's result with the draft that it was made with. */
interface Tested {
  readonly draft: Draft;
  readonly result: TestResult;
}

/**
 * The state of the account form and what it does.
 *
 * @param account the account to edit; `null` for a new one
 * @param form is closed when the engine has stored it
 * @param focusField moves the focus to a field that is at fault
 */
export function useAccountForm(
  account: Account | null,
  form: OpenForm,
  focusField: (field: Field) => void,
) {
  const api = useEngineApi();
  const [initial] = useState(() => (account === null ? EMPTY_DRAFT : draftOf(account)));
  const [draft, setDraft] = useState(initial);
  const [preset, setPreset] = useState<ProviderPreset | null>(null);
  /** The domain that stands there now: what is found for an earlier one is of no use. */
  const domain = useRef(domainOf(initial.user));
  const [running, setRunning] = useState<Running>(null);
  const [problem, setProblem] = useState<FormProblem | null>(null);
  const [tested, setTested] = useState<Tested | null>(null);
  /** What waits for an answer about a pin of another server. */
  const [asking, setAsking] = useState<Running>(null);
  const touched = useRef<Set<Field>>(new Set(account === null ? [] : ['host', 'port', 'security']));

  const setPresetOf = (found: ProviderPreset | null) => {
    setPreset(found);
    setDraft((before) => withPreset(before, found, touched.current));
  };

  const edit = <F extends Field>(field: F, value: Draft[F]) => {
    // What is typed while it is being saved would be neither saved nor asked about.
    if (running === 'save') return;
    // A server that was typed and is deleted again may be filled in.
    if (field === 'host' && value === '') touched.current.delete(field);
    else touched.current.add(field);
    const isAnswered = (at: Field | null) =>
      at !== null && (at === field || SAID_OF[field]?.includes(at) === true);
    setProblem((before) => (before !== null && isAnswered(before.field) ? null : before));
    setDraft((before) =>
      field === 'security'
        ? withSecurity(before, value as Draft['security'])
        : { ...before, [field]: value },
    );
    if (field === 'user') leaveDomain(value as Draft['user']);
  };

  /** What was filled in for another domain goes with it, before a password can be sent there. */
  const leaveDomain = (user: string) => {
    if (domainOf(user) === domain.current) return;
    domain.current = domainOf(user);
    if (preset !== null) setPresetOf(null);
  };

  /** The address is known: fill in what is known of its provider. */
  const suggest = async () => {
    const asked = domain.current;
    if (asked === '') return;
    try {
      const found = await api.suggestSettings(draft.user.trim());
      if (found !== null && domain.current === asked) setPresetOf(found);
    } catch (error) {
      // A suggestion that could not be had is none; whatever is wrong shows when it is tested.
      if (!(error instanceof RepriseError)) throw error;
    }
  };

  const run = async (what: 'save' | 'test', call: () => Promise<void>) => {
    if (running !== null) return;
    setRunning(what);
    setProblem(null);
    try {
      await call();
    } catch (error) {
      const found = problemOf(error);
      if (what === 'save') sayIfClosed(found);
      setProblem(found);
      if (found.field !== null) focusField(found.field);
    } finally {
      setRunning(null);
    }
  };

  /** Nobody waits for it in this form any more: it is said, and what was typed can be typed again. */
  const sayIfClosed = ({ message }: FormProblem) => {
    if (isFormOpen(form)) return;
    toastFailure({ title: `Could not save ${isolate(labelOf(draft))}`, description: message });
  };

  const testDraft = (tried: Draft) =>
    run('test', async () => {
      setTested(null);
      const result = await api.testConnection(
        toInput(tried, account === null),
        account?.id ?? null,
      );
      setTested({ draft: tried, result });
    });

  const saveDraft = (saved: Draft) =>
    run('save', async () => {
      const input = toInput(saved, account === null);
      await (account === null ? api.addAccount(input) : api.updateAccount(account.id, input));
      closeForm(form);
    });

  const go = async (what: Running, with_: Draft) => {
    if (what === 'test') await testDraft(with_);
    if (what === 'save') await saveDraft(with_);
  };

  /** Goes on, unless a certificate is trusted that belongs to another server: then it asks. */
  const goOrAsk = async (what: Running) => {
    if (strayPinOf(draft) === null) await go(what, draft);
    else setAsking(what);
  };

  /** The certificate stays behind with its server, and what was asked for goes on. */
  const dropPin = async () => {
    const without: Draft = { ...draft, trust: { kind: 'system' } };
    setAsking(null);
    setDraft(without);
    await go(asking, without);
  };

  /** The user has looked at the certificate of the latest test: it is trusted, and tried. */
  const trustShown = async ({ pem, ...certificate }: ShownCertificate) => {
    if (pem === null) return;
    const trusting: Draft = {
      ...draft,
      trust: { kind: 'pin', certificate, pem, host: draft.host },
    };
    setDraft(trusting);
    await testDraft(trusting);
  };

  return {
    draft,
    edit,
    suggest,
    preset,
    running,
    problem,
    setProblem,
    errorOf: (field: Field) => (problem?.field === field ? problem.message : null),
    /** The result of the latest test, while it still says something about what stands there. */
    result: tested !== null && isSameConnection(tested.draft, draft) ? tested.result : null,
    isDirty: !isSameDraft(initial, draft),
    /** The stored password is not for the server that stands there now; `null` while it is. */
    whyTypeAgain: account === null ? null : whyTypeAgain(account, draft),
    test: () => goOrAsk('test'),
    save: () => goOrAsk('save'),
    trustShown,
    isAskingAboutPin: asking !== null,
    dropPin,
    /** Back to the server that the certificate belongs to. */
    keepPin: () => {
      const pin = strayPinOf(draft);
      setAsking(null);
      if (pin !== null) edit('host', pin.host);
    },
  };
}

/** What {@link useAccountForm} gives. */
export type AccountFormState = ReturnType<typeof useAccountForm>;
