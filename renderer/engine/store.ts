/** What the interface shows: the engine's state as it came, and what the user has open. */
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import type { AccountId, ConnectionId } from '../../shared/model.ts';
import type { LinkState } from './api.ts';
import type { EngineState } from './engine-state.ts';

/** The form that is open, if any. */
export type OpenForm =
  | { readonly kind: 'add' }
  | { readonly kind: 'edit'; readonly accountId: AccountId }
  /** For a new account that is like this one. */
  | { readonly kind: 'duplicate'; readonly accountId: AccountId };

export interface InterfaceState {
  readonly link: LinkState;
  /** `null` until the engine has answered once; kept while it is away. */
  readonly engine: EngineState | null;
  readonly form: OpenForm | null;
  /** The account whose certificate is shown. */
  readonly certificateOf: AccountId | null;
  /** The account that is being signed in again. */
  readonly signInOf: AccountId | null;
  /** The connection whose drawer is open. */
  readonly openConnection: ConnectionId | null;
}

/** Plain: works outside React. Fed by `api.ts`, read by {@link useInterface} and {@link useEngine}. */
export const store = createStore<InterfaceState>(() => ({
  link: 'connecting',
  engine: null,
  form: null,
  certificateOf: null,
  signInOf: null,
  openConnection: null,
}));

/** Reads from the interface's state; `select` returns a stable reference. */
export function useInterface<Selected>(select: (state: InterfaceState) => Selected): Selected {
  return useStore(store, select);
}

/**
 * Reads from the engine's state; `select` returns a stable reference.
 *
 * @throws Error when it is used before the engine's state has come
 */
export function useEngine<Selected>(select: (state: EngineState) => Selected): Selected {
  return useStore(store, (state) => {
    if (state.engine === null) throw new Error('The engine has not answered yet.');
    return select(state.engine);
  });
}

/** Opens the form for a new account. */
export function openAddForm(): void {
  store.setState({ form: { kind: 'add' } });
}

/** Opens the form for an account that is there. */
export function openEditForm(accountId: AccountId): void {
  store.setState({ form: { kind: 'edit', accountId } });
}

/** Opens the form for a new account that is like one that is there. */
export function openDuplicateForm(accountId: AccountId): void {
  store.setState({ form: { kind: 'duplicate', accountId } });
}

/** Whether it is this form that is open, and not another one or none. */
export function isFormOpen(form: OpenForm): boolean {
  return store.getState().form === form;
}

/** Closes this form; another one that is open by then stays. */
export function closeForm(form: OpenForm): void {
  store.setState((state) => (state.form === form ? { form: null } : {}));
}

/** Shows the certificate that stopped an account. */
export function openCertificate(accountId: AccountId): void {
  store.setState({ certificateOf: accountId });
}

/** Closes the certificate of this account; another one that is shown by then stays. */
export function closeCertificate(accountId: AccountId): void {
  store.setState((state) => (state.certificateOf === accountId ? { certificateOf: null } : {}));
}

/** Signs an account in again that does so in the browser. */
export function openSignIn(accountId: AccountId): void {
  store.setState({ signInOf: accountId });
}

/** Closes the sign-in of this account; another one that is open by then stays. */
export function closeSignIn(accountId: AccountId): void {
  store.setState((state) => (state.signInOf === accountId ? { signInOf: null } : {}));
}

/** Opens the drawer of a connection. */
export function openDrawer(connectionId: ConnectionId): void {
  store.setState({ openConnection: connectionId });
}

export function closeDrawer(): void {
  store.setState({ openConnection: null });
}
