/** Notes on a server, a pure function of the evidence. Each says how sure it is. */
import type { CheckNote, CheckTarget, NoteId } from '../../../shared/check.ts';
import {
  dovecotOneProcess,
  isDovecot,
  keepSessions,
  oneKey,
  plain,
  ticketsUnderTls13,
} from './advice.ts';
import { BORINGSSL_LONGEST } from '../tls/index.ts';
import { ticketKeysOf, type CheckEvidence, type RowEvidence } from './evidence.ts';
import { STATEFUL_TICKET_BYTES } from './limits.ts';
import { resultOf, resumesOnlyUnderTls12, rowVerdict } from './verdict.ts';

const DAY_S = 86_400;
const WEEK_S = 7 * DAY_S;
/** What is shorter is over before most clients come back. */
const SHORT_S = 600;
/** What is shorter may be over before it is offered: that a session was refused tells nothing. */
const TOO_SHORT_TO_TELL_S = 10;
/** Fewer connections tell nothing about a key for each. */
const CONNECTIONS_FOR_KEYS = 3;

/** Every note that the evidence bears out, at most one of each id. */
export function notesOf(evidence: CheckEvidence, target: CheckTarget): CheckNote[] {
  return [
    lifetime(evidence),
    lifetimeShort(evidence),
    stateful(evidence),
    notShared(evidence),
    keys(evidence, target),
    onlyUnderTls12(evidence),
    idNotKept(evidence),
    idContext(evidence),
    certificate(evidence),
    severalCertificates(evidence),
  ].filter((note) => note !== null);
}

function lifetime(evidence: CheckEvidence): CheckNote | null {
  const stated = statedLifetimes(evidence.rows);
  const longest = stated.at(-1);
  if (longest !== undefined && longest.seconds > WEEK_S)
    return lifetimeNote(
      'lifetime-over-7-days',
      'Sessions are said to live longer than 7 days, more than RFC 8446 allows. Clients cut that short, or drop the session.',
      'State 7 days at the most; a few hours serve mail clients as well.',
      longest,
      evidence,
    );
  if (longest !== undefined && longest.seconds > DAY_S)
    return lifetimeNote(
      'lifetime-over-1-day',
      'Sessions live longer than a day: for so long, a stolen ticket key reads what was said under TLS 1.2, and a certificate that was replaced goes on being trusted.',
      'A few hours serve mail clients as well.',
      longest,
      evidence,
    );
  const none = stated.find(({ seconds }) => seconds === 0);
  if (none === undefined) return null;
  return none.row.protocol === 'TLSv1.3'
    ? lifetimeNote(
        'lifetime-0',
        'Tickets come with a lifetime of 0, which tells clients to throw them away at once (RFC 8446).',
        'State a lifetime, such as 7200 s, or issue no tickets.',
        none,
        evidence,
      )
    : lifetimeNote(
        'lifetime-0',
        'Tickets come with a lifetime of 0, which leaves it to the client how long it keeps them (RFC 5077).',
        'State how long the server will take them up, such as 7200 s.',
        none,
        evidence,
      );
}

function lifetimeShort(evidence: CheckEvidence): CheckNote | null {
  const shortest = statedLifetimes(evidence.rows).find(({ seconds }) => seconds > 0);
  if (shortest === undefined || shortest.seconds >= SHORT_S) return null;
  return lifetimeNote(
    'lifetime-short',
    'Sessions live for less than 10 minutes. Mail clients come back after a sleep, another network or half an hour of silence: what they hold is over by then, and the handshake a full one.',
    'A few hours serve mail clients, such as 7200 s.',
    shortest,
    evidence,
  );
}

interface StatedLifetime {
  readonly row: RowEvidence;
  readonly seconds: number;
}

/** What the sessions of full handshakes say, the shortest first. */
function statedLifetimes(rows: readonly RowEvidence[]): readonly StatedLifetime[] {
  return rows
    .flatMap((row) => {
      const seconds = row.sessions.find(({ onResumption }) => !onResumption)?.lifetimeSeconds;
      return typeof seconds === 'number' ? [{ row, seconds }] : [];
    })
    .toSorted((a, b) => a.seconds - b.seconds);
}

const MAYBE_LONGER = ', or longer: BoringSSL, which Reprise runs on here, tells of no more';

function lifetimeNote(
  id: NoteId,
  text: string,
  advice: string,
  { row, seconds }: StatedLifetime,
  { isBoringSsl }: CheckEvidence,
): CheckNote {
  const isCut = isBoringSsl && row.protocol === 'TLSv1.3' && seconds >= BORINGSSL_LONGEST;
  return {
    ...measured(id, text),
    evidence: `${nameOf(row)} at ${row.address}: a lifetime of ${seconds} s${isCut ? MAYBE_LONGER : ''}.`,
    advice: plain(advice),
  };
}

function stateful({ rows }: CheckEvidence): CheckNote | null {
  for (const row of rows) {
    const ticketBytes = statefulBytes(row);
    // What is never taken up is not kept, see below.
    if (ticketBytes === null || isNeverTakenUp(row)) continue;
    const isPartly = row.resumed < row.attempts;
    return {
      ...measured(
        'stateful-tickets',
        'Tickets are names of sessions that the server keeps itself, not sealed sessions: they are good for as long as its memory of them, and only where that memory is.',
      ),
      evidence: `${nameOf(row)} at ${row.address}: tickets of ${ticketBytes} octets, too short to hold a sealed session${isPartly ? `; ${row.resumed} of ${row.attempts} attempts resumed` : ''}.`,
      advice: plain(
        `${isPartly ? '' : 'No change is needed with one process. '}Several processes or hosts need a shared session cache, or tickets switched on (in Dovecot: without ssl_options = no_ticket).`,
      ),
    };
  }
  return null;
}

/** The size of its tickets where they are names of sessions; `null` where they are not. */
function statefulBytes({ sessions }: RowEvidence): number | null {
  const bytes = sessions.find(({ ticketBytes }) => ticketBytes !== null)?.ticketBytes ?? null;
  return bytes !== null && bytes <= STATEFUL_TICKET_BYTES ? bytes : null;
}

function isNeverTakenUp({ attempts, resumed }: RowEvidence): boolean {
  return attempts > 0 && resumed === 0;
}

function works({ resumed, attempts }: RowEvidence): boolean {
  return attempts > 0 && resumed === attempts;
}

function notShared({ rows, acrossAddresses }: CheckEvidence): CheckNote | null {
  // Only where the other address resumes its own: else it says nothing about sharing.
  const refused = acrossAddresses.filter(
    ({ resumed, to, protocol, mechanism }) =>
      !resumed &&
      rows.some(
        (row) =>
          row.address === to &&
          row.protocol === protocol &&
          row.mechanism === mechanism &&
          works(row),
      ),
  );
  const [first] = refused;
  if (first === undefined) return null;
  return {
    ...measured(
      'not-shared-between-addresses',
      'The addresses of this name do not take up each other’s sessions. A client that is led to another address makes a full handshake.',
    ),
    evidence: refused
      .map(({ from, to, ...row }) => `${nameOf(row)}: a session from ${from} was refused at ${to}.`)
      .join(' '),
    advice: plain('Give all addresses the same ticket key, changed regularly.'),
  };
}

function keys({ rows, software }: CheckEvidence, target: CheckTarget): CheckNote | null {
  for (const address of new Set(rows.map((row) => row.address))) {
    const here = rows.filter((row) => row.address === address);
    const refused = here.filter(
      (row) => row.mechanism === 'ticket' && row.sessions.length > 0 && row.attempts > row.resumed,
    );
    const seen = ticketKeysOf(here);
    if (seen === null) {
      const sometimes = refused.find(
        (row) => row.resumed > 0 && !isTooShortToTell(row) && statefulBytes(row) === null,
      );
      if (sometimes === undefined) continue;
      return {
        id: 'several-ticket-keys',
        confidence: 'likely',
        text: 'Several processes or hosts seem to answer at one address, each with a ticket key of its own.',
        evidence: `${nameOf(sometimes)} at ${address}: ${sometimes.resumed} of ${sometimes.attempts} attempts resumed; the tickets do not name their keys.`,
        advice: oneKey(software, target.protocol),
      };
    }
    // A row with one key is not refused for another.
    if (!refused.some((row) => (ticketKeysOf([row])?.names ?? 0) > 1)) continue;
    const isKeyForEach = seen.lasting === 0 && seen.connections >= CONNECTIONS_FOR_KEYS;
    const seenText = `At ${address}: ${seen.names} different ticket keys on ${seen.connections} connections.`;
    if (isKeyForEach && isDovecot(software))
      return {
        id: 'dovecot-one-process-per-login',
        confidence: 'likely',
        text: 'Each connection is answered by a login process of its own, with a ticket key of its own that ends with it: Dovecot’s high-security mode, its default.',
        evidence: `${seenText} The server calls itself ${software ?? ''}.`,
        advice: dovecotOneProcess(target.protocol),
      };
    return {
      id: 'several-ticket-keys',
      confidence: seen.lasting > 0 ? 'measured' : 'likely',
      text:
        seen.lasting > 0
          ? 'Several processes or hosts answer at one address, each with a ticket key of its own: a ticket is good only where it came from.'
          : 'Each connection gets a ticket under a key of its own: its process, most likely, ends with it.',
      evidence: seenText,
      advice: oneKey(software, target.protocol),
    };
  }
  return null;
}

function isTooShortToTell(row: RowEvidence): boolean {
  const [stated] = statedLifetimes([row]);
  return stated !== undefined && stated.seconds < TOO_SHORT_TO_TELL_S;
}

function onlyUnderTls12({ rows, software }: CheckEvidence): CheckNote | null {
  const results = rows.flatMap((row) => {
    const verdict = rowVerdict(row);
    return verdict === null ? [] : [resultOf(row, verdict)];
  });
  if (!resumesOnlyUnderTls12(results) || rows.every(({ resumed }) => resumed === 0)) return null;
  const newest = rows.filter(({ protocol, offered }) => protocol === 'TLSv1.3' && offered);
  return {
    ...measured(
      'only-under-tls12',
      'Sessions resume under TLS 1.2 only. Clients speak TLS 1.3 where they can, as this server does, and there nothing is resumed.',
    ),
    evidence: newest
      .map(({ address, sessions, attempts }) =>
        sessions.length === 0
          ? `TLS 1.3 at ${address}: no ticket came.`
          : `TLS 1.3 at ${address}: 0 of ${attempts} attempts resumed.`,
      )
      .join(' '),
    advice: newest.some((row) => statefulBytes(row) !== null)
      ? keepSessions(software)
      : ticketsUnderTls13(
          software,
          newest.every(({ sessions }) => sessions.length === 0),
        ),
  };
}

function idNotKept({ rows, software }: CheckEvidence): CheckNote | null {
  const name = rows.find(
    (row) =>
      statefulBytes(row) !== null &&
      isNeverTakenUp(row) &&
      row.broken === 0 &&
      !isTooShortToTell(row),
  );
  if (name !== undefined)
    return {
      ...measured(
        'session-id-not-kept',
        'Tickets are names of sessions that the server would keep itself, and it keeps none of the sessions, or none where the next connection looks for it. The names promise nothing.',
      ),
      evidence: `${nameOf(name)} at ${name.address}: tickets of ${statefulBytes(name) ?? 0} octets, too short to hold a sealed session, and 0 of ${name.attempts} attempts resumed.`,
      advice: keepSessions(software),
    };
  const refused = rows.find(
    (row) =>
      row.mechanism === 'session-id' &&
      row.sessions.length > 0 &&
      isNeverTakenUp(row) &&
      row.broken === 0 &&
      // Where tickets are refused as well, what refuses them is the reason for both; where they
      // resume under TLS 1.2, no client needs the ID.
      !rows.some(
        (other) =>
          other.address === row.address &&
          other.mechanism === 'ticket' &&
          (other.attempts > other.resumed || (other.protocol === 'TLSv1.2' && other.attempts > 0)),
      ),
  );
  if (refused === undefined) return null;
  return {
    ...measured(
      'session-id-not-kept',
      'Under TLS 1.2 the server gives each session an ID and keeps none of the sessions, or none where the next connection looks for it. The ID promises nothing.',
    ),
    evidence: `${nameOf(refused)} at ${refused.address}: an ID came, and 0 of ${refused.attempts} attempts resumed.`,
    advice: keepSessions(software),
  };
}

function idContext({ rows }: CheckEvidence): CheckNote | null {
  const broken = rows.find(({ broken, resumed }) => broken > 0 && resumed === 0);
  if (broken === undefined) return null;
  return {
    id: 'session-id-context-missing',
    confidence: 'likely',
    text: 'The handshake breaks off whenever a session is offered: as with OpenSSL where a server asks for client certificates and has no session ID context, or where something on the way, such as a firewall, does not let the longer ClientHello through.',
    evidence: `${nameOf(broken)} at ${broken.address}: ${broken.broken} handshakes with a session offered broke off or came to nothing, none without one.`,
    advice: plain(
      'Check from another network: if sessions resume there, it is the way from here. If not, set a session ID context (SSL_CTX_set_session_id_context; in Node sessionIdContext), or issue no sessions.',
    ),
  };
}

function certificate({
  certificates,
  rows,
  acrossAddresses,
  startedAt,
}: CheckEvidence): CheckNote | null {
  const lifetimes = rows.flatMap(({ sessions }) =>
    sessions.map(({ lifetimeSeconds }) => lifetimeSeconds ?? 0),
  );
  const longestMs = Math.min(Math.max(0, ...lifetimes), WEEK_S) * 1000;
  for (const { address, certificate } of certificates) {
    const { validToAt } = certificate;
    if (validToAt === null || longestMs === 0 || validToAt > startedAt + longestMs) continue;
    return {
      ...measured(
        'certificate-trouble',
        'The certificate expires before the tickets issued under it do. A resumed connection is not checked again, so careful clients drop these tickets early and careless ones trust them too long.',
      ),
      evidence: `At ${address}: the certificate is good until ${new Date(validToAt).toISOString()}, tickets for ${longestMs / 1000} s.`,
      advice: plain('Renew the certificate.'),
    };
  }
  const shared = acrossAddresses.find(
    ({ resumed, from, to }) => resumed && fingerprint(from) !== fingerprint(to),
  );
  if (shared === undefined) return null;
  return {
    ...measured(
      'certificate-trouble',
      'Two addresses show different certificates and take up each other’s sessions: a client that resumes at the one goes on showing the other’s certificate.',
    ),
    evidence: `${shared.from} shows ${fingerprint(shared.from)}, ${shared.to} shows ${fingerprint(shared.to)}.`,
    advice: plain('Use one certificate, or a ticket key for each.'),
  };

  function fingerprint(address: string): string {
    return (
      certificates.find((shown) => shown.address === address)?.certificate.fingerprint256 ?? ''
    );
  }
}

function severalCertificates({ certificates }: CheckEvidence): CheckNote | null {
  const here = Map.groupBy(certificates, ({ address }) => address);
  const [address, shown] = [...here].find(([, { length }]) => length > 1) ?? [];
  if (address === undefined || shown === undefined) return null;
  return {
    ...measured(
      'several-certificates',
      'The server shows different certificates at one address. A client that trusts one of them only is stopped where it meets another.',
    ),
    evidence: `At ${address}: ${shown
      .map(
        ({ certificate: { subject, issuer, fingerprint256 } }) =>
          `${subject}, issued by ${issuer}, SHA-256 ${fingerprint256}`,
      )
      .join('; ')}.`,
    advice: plain(
      'Give everything that answers behind this address the same certificate. One for each kind of key, of which a server chooses by the client’s version and ciphers, may stay; then trust the authority and not a certificate.',
    ),
  };
}

function measured(id: NoteId, text: string) {
  return { id, confidence: 'measured' as const, text };
}

/** A row as people call it. */
function nameOf({ protocol, mechanism }: Pick<RowEvidence, 'protocol' | 'mechanism'>): string {
  return `${protocol.replace('TLSv', 'TLS ')} ${mechanism === 'ticket' ? 'tickets' : 'session IDs'}`;
}
