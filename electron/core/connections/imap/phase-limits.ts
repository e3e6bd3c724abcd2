import type { Phase } from '../../../../shared/model.ts';

/** How long each phase of a connect may take, in ms. */
export type PhaseLimits = Readonly<Record<Phase, number>>;

/**
 * Generous for a working server over a bad line, short enough that a hanging one is named within
 * half a minute. imapflow's own limits lie above these and are a net beneath them only.
 */
export const PHASE_LIMITS: PhaseLimits = {
  // A resolver gives up on one name server after 5 s and asks the next.
  dns: 12_000,
  // Three SYNs: at 0, 1 and 3 s, and time for the last one's answer.
  tcp: 10_000,
  // Greeting, CAPABILITY and STARTTLS; some servers look up the client's name first.
  starttls: 20_000,
  // The session cache waits for two seconds at most.
  wait: 5_000,
  // Less than the fixed 10 s of imapflow for an upgrade: it knows nothing of a session offered in it.
  tls: 9_000,
  // Servers that look up the client's name in a slow DNS take up to 15 s.
  greeting: 20_000,
  // Dovecot and others delay the answer to a wrong password, by up to 15 s.
  login: 30_000,
  // A large mailbox that is not in the server's cache.
  select: 30_000,
};
