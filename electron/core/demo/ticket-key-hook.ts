/**
 * The ticket key callback of OpenSSL, which Node keeps for its own tests: all that this program uses
 * beyond Node's documented API. With it alone can a server renew tickets on resumption, as servers on
 * OpenSSL's defaults do, or issue none at all. Its test says when Node has changed.
 */
import { randomBytes } from 'node:crypto';
import { createSecureContext, type SecureContext } from 'node:tls';

/** The secret under which a server seals its tickets. */
export interface TicketKey {
  readonly name: Buffer;
  readonly hmac: Buffer;
  readonly aes: Buffer;
}

/** What a server does with tickets. */
interface TicketRules {
  readonly issues: boolean;
  /** Whether one that is taken up brings a fresh one. */
  readonly renews: boolean;
}

interface NativeContext {
  onticketkeycallback: (
    name: Buffer,
    iv: Buffer,
    encrypting: boolean,
  ) => [status: number, ...keys: Buffer[]];
  enableTicketKeyCallback?: () => void;
}

const STATUS = { none: 0, use: 1, useAndRenew: 2 } as const;

/** As the option `ticketKeys` wants it. */
export function ticketKeysOf({ name, hmac, aes }: TicketKey): Buffer {
  return Buffer.concat([name, hmac, aes]);
}

/** Whether this runtime has the callback. */
export function hasTicketKeyHook(): boolean {
  const native = createSecureContext().context as NativeContext;
  return typeof native.enableTicketKeyCallback === 'function';
}

/** Takes the place of the option `ticketKeys`; where the runtime lacks the callback, that serves on. */
export function hookTicketKeys(context: SecureContext, rules: TicketRules, key: TicketKey): void {
  const native = context.context as NativeContext;
  if (typeof native.enableTicketKeyCallback !== 'function') return;
  const issues = rules.issues ? STATUS.use : STATUS.none;
  const accepts = rules.renews ? STATUS.useAndRenew : STATUS.use;
  native.onticketkeycallback = (name, _iv, encrypting) => {
    if (encrypting) return [issues, key.hmac, key.aes, key.name, randomBytes(16)];
    // Node reads the keys whatever the status says: without them it aborts the process.
    return [key.name.equals(name) ? accepts : STATUS.none, key.hmac, key.aes];
  };
  native.enableTicketKeyCallback();
}
