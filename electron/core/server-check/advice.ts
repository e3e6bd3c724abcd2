/** What to change on a server, with what that costs. Pure. */
import type { CheckNote, MailProtocol } from '../../../shared/check.ts';

type Advice = NonNullable<CheckNote['advice']>;

const DOVECOT_SERVICES: Readonly<Record<MailProtocol, string>> = {
  imap: 'imap-login',
  pop3: 'pop3-login',
  smtp: 'submission-login',
};

/** One login process for all, which has one ticket key. */
export function dovecotOneProcess(protocol: MailProtocol): Advice {
  return {
    text: 'Let one login process serve all connections, so that there is one ticket key. Dovecot calls this the high-performance mode.',
    configuration: [
      `service ${DOVECOT_SERVICES[protocol]} {`,
      '  service_count = 0        # Dovecot 2.4: restart_request_count = unlimited',
      '  process_min_avail = 1',
      '  process_limit = 1        # each further process has a ticket key of its own',
      '  client_limit = 1000',
      '}',
    ].join('\n'),
    cost: 'Isolation: with a process for each login, somebody who takes it over before the login sees one connection only; with one process, all connections that it serves. It also does all TLS on one core.',
  };
}

const SHARED_KEY =
  'Give all processes and hosts behind this address the same ticket key, changed regularly, or send a client back to the one that knows it.';

/** For servers whose processes or hosts have keys of their own. */
export function oneKey(software: string | null, protocol: MailProtocol): Advice {
  if (isDovecot(software)) return dovecotOneProcess(protocol);
  return {
    text: SHARED_KEY,
    configuration: null,
    cost: 'Whoever gets the shared key can read the sessions sealed with it, wherever it is used: keep it in memory, and change it often.',
  };
}

/** Whether the server says that it is a Dovecot. */
export function isDovecot(software: string | null): boolean {
  return /^Dovecot\b/i.test(software ?? '');
}

/** Advice without configuration. */
export function plain(text: string): Advice {
  return { text, configuration: null, cost: null };
}
