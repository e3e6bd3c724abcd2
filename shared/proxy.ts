/** Which way connections go: what a user can choose for the program and for each account. */
import { isSameHost, serverAddress } from './server-names.ts';

/** The kinds of proxies that can be entered. */
export const PROXY_KINDS = ['socks5', 'http'] as const;
export type ProxyKind = (typeof PROXY_KINDS)[number];

/** A proxy, and who it knows its client as: what a password for it is bound to. */
export interface ProxyPlace {
  readonly kind: ProxyKind;
  readonly host: string;
  readonly port: number;
  /** Empty where the proxy takes anybody. */
  readonly user: string;
}

/** The program's choice. */
export type ProxyChoice =
  | { readonly kind: 'none' }
  /** Whatever the system says, for each server. */
  | { readonly kind: 'system' }
  | ProxyPlace;

/** An account's choice: by default it goes with the program. */
export type AccountProxy = { readonly kind: 'program' } | ProxyChoice;

/** What is stored and shown of a form's choice. */
export function withoutPassword(choice: ProxyChoice): ProxyChoice;
export function withoutPassword(choice: AccountProxy): AccountProxy;
export function withoutPassword(choice: AccountProxy): AccountProxy {
  if (!isPlace(choice)) return choice;
  const { kind, host, port, user } = choice;
  return { kind, host, port, user };
}

/** Whether it is a proxy that was entered. */
export function isPlace(choice: AccountProxy): choice is ProxyPlace {
  return choice.kind === 'socks5' || choice.kind === 'http';
}

/** Whether a password for the one may be used for the other. */
export function isSameProxy(one: ProxyPlace, other: ProxyPlace): boolean {
  return (
    one.kind === other.kind &&
    isSameHost(one.host, other.host) &&
    one.port === other.port &&
    one.user === other.user
  );
}

/** Whether both go the same way. */
export function isSameChoice(one: AccountProxy, other: AccountProxy): boolean {
  return isPlace(one) && isPlace(other) ? isSameProxy(one, other) : one.kind === other.kind;
}

/** Why the password of a proxy has to be typed although one is stored for another. */
export function typeProxyPasswordAgain(stored: ProxyPlace): string {
  const { user } = stored;
  return `Type the password of the proxy again: it was for ${user} at ${serverAddress(stored)}.`;
}
