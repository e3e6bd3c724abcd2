import { useState } from 'react';
import { RepriseError } from '../../../shared/errors.ts';
import type { Account, Phase, ShownCertificate, TestResult } from '../../../shared/model.ts';
import type { AccountProxy } from '../../../shared/proxy.ts';
import { whyTypeAgain } from '../../account-password.ts';
import { useEngineApi } from '../../engine/engine-api.ts';
import { closeForm, isFormOpen, useEngine, type OpenForm } from '../../engine/store.ts';
import { isolate } from '../../format.ts';
import { errorMessage } from '../../ui/call.tsx';
import { toastFailure } from '../../ui/toasts.tsx';
import {
  draftLike,
  draftOf,
  draftPlace,
  EMPTY_DRAFT,
  endsSignIn,
  hasAdvanced,
  isAdvanced,
  isSameConnection,
  isSameDraft,
  isSignedIn,
  labelOf,
  strayPinOf,
  toInput,
  withField,
  type Draft,
  type Field,
} from './draft.ts';
import type { SetUp } from './set-up.ts';
import { useFormSignIn } from './use-form-sign-in.ts';
import { useSetUp } from './use-set-up.ts';

/** What is wrong, and with which field; `null` where it is none of them. */
interface FormProblem {
  readonly field: Field | null;
  readonly message: string;
}

/** What runs at the moment. */
type Running = 'save' | 'test' | null;

const FIELDS: readonly string[] = Object.keys(EMPTY_DRAFT);

/** Whose change takes back what was said of the password: they say where it goes. */
const OF_PLACE: ReadonlySet<Field> = new Set([
  'user',
  'host',
  'port',
  'security',
  'servername',
  'trust',
]);

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

/** What the form begins with. */
export type Beginning =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit'; readonly account: Account }
  /** A new one that is like another one, but for its name, which no other account has. */
  | {
      readonly kind: 'duplicate';
      readonly account: Account;
      readonly labels: readonly string[];
    };

function draftToBegin(begun: Beginning): Draft {
  switch (begun.kind) {
    case 'add':
      return EMPTY_DRAFT;
    case 'edit':
      return draftOf(begun.account);
    case 'duplicate':
      return draftLike(begun.account, begun.labels);
  }
}

const AS_PROGRAM: AccountProxy = { kind: 'program' };
const NOTHING_YET: readonly Phase[] = [];

const MANUAL: SetUp = { kind: 'manual', found: null, why: null };

/** Which question waits for an answer, and what goes on after it. */
interface Asking {
  readonly what: 'save' | 'test';
  readonly about: 'pin' | 'foreign';
}

/**
 * The state of the account form and what it does.
 *
 * @param form is closed when the engine has stored it
 * @param focusField moves the focus to a field, where it is there
 */
export function useAccountForm(
  begun: Beginning,
  form: OpenForm,
  focusField: (field: Field) => void,
) {
  const api = useEngineApi();
  const isNew = begun.kind !== 'edit';
  const account = begun.kind === 'edit' ? begun.account : null;
  /** Whose settings stand in for those that the form does not have. */
  const like = begun.kind === 'add' ? null : begun.account.id;
  const [initial] = useState(() => draftToBegin(begun));
  const [draft, setDraft] = useState(initial);
  const [isUnfolded, setUnfolded] = useState(begun.kind !== 'add');
  /** The field that is to have the focus once it is there: a new object each time. */
  const [wanted, setWanted] = useState<{ readonly field: Field } | null>(null);
  const [running, setRunning] = useState<Running>(null);
  const [problem, setProblem] = useState<FormProblem | null>(null);
  const [tested, setTested] = useState<Tested | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const [testId] = useState(() => crypto.randomUUID());
  const phases = useEngine(({ tests }) => tests.get(testId)?.phases ?? NOTHING_YET);

  /** At once where it can be, because what has the focus may go; else when the field has come. */
  const goToField = (field: Field) => {
    focusField(field);
    setWanted({ field });
  };

  const signIn = useFormSignIn({
    draft,
    setDraft,
    account,
    say: (error) => {
      if (error === null) {
        setProblem(null);
        return;
      }
      const { field, message } = problemOf(error);
      setProblem({ field: field ?? 'signIn', message });
      pointOut(field ?? 'signIn');
    },
  });

  const steps = useSetUp({
    start: begun.kind === 'add' ? { kind: 'address' } : MANUAL,
    draft,
    setDraft,
    sayOfAddress: (message) => {
      setProblem(message === null ? null : { field: 'user', message });
    },
    focus: goToField,
    unfold: (filled) => {
      if (hasAdvanced(filled)) setUnfolded(true);
    },
  });

  const clients = useEngine(({ oauthClients }) => oauthClients);
  const place = account === null ? null : draftPlace(account, draft);
  // Of another way to sign in there is nothing that could stay.
  const whyAgain =
    account !== null && place !== null && account.signIn.kind === draft.signIn.kind
      ? whyTypeAgain(account, place)
      : null;
  const isSignedInNow =
    isSignedIn(draft, account?.signIn ?? null) &&
    (whyAgain === null || (draft.signIn.kind === 'oauth' && draft.signIn.grant !== null));
  const hasSecret = draft.signIn.kind === 'password' || isSignedInNow;

  const edit = <F extends Field>(field: F, value: Draft[F]) => {
    // What is typed while it is being saved would be neither saved nor asked about.
    if (running === 'save') return;
    const isAnswered = (at: Field | null) =>
      at === field || (at === 'password' && OF_PLACE.has(field));
    setProblem((before) => (before !== null && isAnswered(before.field) ? null : before));
    if (endsSignIn(field)) signIn.cancel();
    if (field === 'user') {
      steps.typeUser(value as Draft['user']);
      return;
    }
    setDraft((before) => withField(before, field, value));
  };

  /** Shows the field that is at fault, wherever it is, and goes there. */
  const pointOut = (field: Field) => {
    if (isAdvanced(field)) setUnfolded(true);
    if (!['user', 'password', 'signIn'].includes(field)) steps.showFields();
    goToField(field);
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
      if (found.field !== null) pointOut(found.field);
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
      const result = await api.testConnection(toInput(tried, isNew), like, testId);
      setTested({ draft: tried, result });
    });

  const saveDraft = (saved: Draft) =>
    run('save', async () => {
      const input = toInput(saved, isNew);
      await (account === null ? api.addAccount(input, like) : api.updateAccount(account.id, input));
      closeForm(form);
    });

  const go = (what: Asking['what'], with_: Draft) =>
    what === 'test' ? testDraft(with_) : saveDraft(with_);

  /**
   * Goes on, unless a certificate is trusted that belongs to another server, or the password would go
   * to a server that others have named: then it asks.
   */
  const goOrAsk = async (what: Asking['what']) => {
    if (steps.setUp.kind === 'looking' || !hasSecret) return;
    if (strayPinOf(draft) !== null) setAsking({ what, about: 'pin' });
    else if (steps.foreign !== null) setAsking({ what, about: 'foreign' });
    else await go(what, draft);
  };

  /** The certificate stays behind with its server, and what was asked for goes on. */
  const dropPin = async ({ what }: Asking) => {
    const without: Draft = { ...draft, trust: { kind: 'system' } };
    setDraft(without);
    setAsking(steps.foreign === null ? null : { what, about: 'foreign' });
    if (steps.foreign === null) await go(what, without);
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
    signIn,
    isSignedIn: isSignedInNow,
    /** There is something to sign in with, or a field for it. */
    hasSecret,
    clients,
    /** What Enter does: the next step, whichever that is. */
    goOn: () => {
      if (steps.setUp.kind === 'address') void steps.next();
      else if (hasSecret) void goOrAsk('save');
      else signIn.begin();
    },
    setUp: steps.setUp,
    enterManually: steps.enterManually,
    isUnfolded,
    setUnfolded,
    wanted,
    running,
    /** What the test that runs has come to. */
    phases,
    problem,
    setProblem,
    errorOf: (field: Field) => (problem?.field === field ? problem.message : null),
    /** The result of the latest test, while it still says something about what stands there. */
    result: tested !== null && isSameConnection(tested.draft, draft) ? tested.result : null,
    isDirty: !isSameDraft(initial, draft),
    /** The stored password is not for the place that stands there now; `null` while it is. */
    whyTypeAgain: whyAgain,
    /** The choice that is stored, whose password may stay. */
    storedProxy: begun.kind === 'add' ? AS_PROGRAM : begun.account.proxy,
    /** There is a password already, which need not be typed. */
    hasPassword: account?.signIn.kind === 'password',
    test: () => goOrAsk('test'),
    save: () => goOrAsk('save'),
    trustShown,
    /** The question that has to be answered before it goes on. */
    asking,
    dropPin,
    /** Back to the server that the certificate belongs to. */
    keepPin: () => {
      const pin = strayPinOf(draft);
      setAsking(null);
      if (pin === null) return;
      // What was found is not what stands there now.
      steps.showFields();
      edit('host', pin.host);
    },
    foreign: steps.foreign,
    /** The server outside of the address's own domain may have the password. */
    confirmForeign: async ({ what }: Asking) => {
      setAsking(null);
      steps.confirmForeign();
      await go(what, draft);
    },
    dropQuestion: () => {
      setAsking(null);
    },
  };
}

/** What {@link useAccountForm} gives. */
export type AccountFormState = ReturnType<typeof useAccountForm>;
