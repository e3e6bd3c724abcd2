/** A proxy as it is being typed. Pure. */
import type { AccountProxyInput } from '../../../shared/inputs.ts';
import { isPlace, isSameProxy, type AccountProxy } from '../../../shared/proxy.ts';

/** The fields, whether they are shown or not: a proxy that was typed is there again when it is chosen again. */
export interface ProxyDraft {
  readonly kind: AccountProxy['kind'];
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly password: string;
}

const EMPTY = { host: '', port: '', user: '', password: '' };

/** The draft that a choice is changed with; its password is not known here. */
export function proxyDraftOf(choice: AccountProxy): ProxyDraft {
  if (!isPlace(choice)) return { ...EMPTY, kind: choice.kind };
  const { kind, host, port, user } = choice;
  return { kind, host, port: String(port), user, password: '' };
}

/** Whether it has a proxy's own fields. */
export function hasFields({ kind }: ProxyDraft): boolean {
  return kind === 'socks5' || kind === 'http';
}

/**
 * What the engine is sent. Nothing is checked here: the engine answers with what is wrong. A password
 * that was not typed is kept.
 */
export function toProxyInput(draft: ProxyDraft): AccountProxyInput {
  const { kind, host, user, password } = draft;
  if (kind !== 'socks5' && kind !== 'http') return { kind };
  // What is no number at all arrives as none, and is refused as such.
  const port = draft.port.trim() === '' ? Number.NaN : Number(draft.port);
  return { kind, host, port, user, password: password === '' ? null : password };
}

/** Whether the stored password is for what stands there, so that it need not be typed. */
export function keepsPassword(stored: AccountProxy, draft: ProxyDraft): boolean {
  const typed = toProxyInput(draft);
  return isPlace(stored) && isPlace(typed) && stored.user !== '' && isSameProxy(stored, typed);
}

/** In a few words, such as after “As the program”. */
export function choiceWords(choice: AccountProxy): string {
  switch (choice.kind) {
    case 'program':
      return 'as the program';
    case 'none':
      return 'none';
    case 'system':
      return 'the system’s';
    case 'socks5':
      return `SOCKS5, ${choice.host}`;
    case 'http':
      return `HTTP, ${choice.host}`;
  }
}
