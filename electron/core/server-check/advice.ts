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
  if (isDovecot(software)) {
    const advice = dovecotOneProcess(protocol);
    return {
      ...advice,
      text: `${advice.text} Where several hosts answer in turn, lead each client back to the same one: Dovecot has no setting for a key that hosts share.`,
    };
  }
  if (is('Cyrus', software))
    return {
      text: `Cyrus has no setting for one ticket key over its processes. ${PROXY}`,
      configuration: null,
      cost: null,
    };
  return {
    text: SHARED_KEY,
    configuration: null,
    cost: 'Whoever gets the shared key can read the sessions sealed with it, wherever it is used: keep it in memory, and change it often.',
  };
}

/** For servers that speak TLS 1.3 and resume under TLS 1.2 only. @param none no ticket comes */
export function ticketsUnderTls13(software: string | null, none: boolean): Advice {
  if (is('Exim', software)) return EXIM;
  if (is('Courier', software))
    return plain(`Courier has no setting for tickets under TLS 1.3. ${PROXY}`);
  return plain(
    none
      ? 'Under TLS 1.3 sessions come as tickets only: switch tickets on (ssl_session_tickets in nginx; without no-tls-tickets in haproxy; without SSL_OP_NO_TICKET, and with SSL_CTX_set_num_tickets above 0, in a program on OpenSSL).'
      : 'Let the server take up the tickets that it issues under TLS 1.3: all its processes and hosts need the same ticket key.',
  );
}

/** For servers that give names of sessions, IDs or short tickets, and keep no sessions. */
export function keepSessions(software: string | null): Advice {
  if (is('Exim', software)) return EXIM;
  if (is('mailutils', software) || is('GNU Mailutils', software))
    return plain(`GNU Mailutils has no setting for sessions. ${PROXY}`);
  return plain(
    'Let the server issue sealed tickets (in nginx: without ssl_session_tickets off), or keep its sessions in a cache that all its processes share (in nginx: ssl_session_cache shared:mail:10m).',
  );
}

const PROXY =
  'What helps is a proxy that ends TLS in front of it, such as haproxy, nginx or stunnel, with one ticket key.';

const EXIM: Advice = {
  text: 'Exim takes up sessions where it is told for which clients: this line in the main part of its configuration does it for all (Exim 4.94 and newer).',
  configuration: 'tls_resumption_hosts = *',
  cost: 'A session that is taken up is not verified again while its ticket lives.',
};

/** Whether the server says that it is a Dovecot. */
export function isDovecot(software: string | null): boolean {
  return is('Dovecot', software);
}

function is(name: string, software: string | null): boolean {
  return new RegExp(`^${name}\\b`, 'i').test(software ?? '');
}

/** Advice without configuration. */
export function plain(text: string): Advice {
  return { text, configuration: null, cost: null };
}
