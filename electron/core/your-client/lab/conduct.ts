/** How a program meets a server that does otherwise than it hoped, and how it begins and ends. Pure. */
import type { LabConnection } from '../../../../shared/client-check.ts';
import { counted, look, type Look, type Proof } from './evidence.ts';
import { answerOf, isFinished, type Run } from './runs.ts';

/** psk_dhe_ke (RFC 8446 §4.2.9): a key exchange of its own on each resumption. */
const PSK_DHE_KE = 1;

/** The looks of this file, at all processes. */
export function conductOf(runs: readonly Run[], connections: readonly LabConnection[]) {
  const heard = connections.filter(({ hello }) => hello !== null);
  return {
    'accepts-another-certificate': acceptsAnother(heard),
    'change-unseen-while-resuming': changeUnseen(heard),
    'no-fallback': noFallback(runs),
    'no-name': noName(heard),
    'no-close-notify': noCloseNotify(runs),
    'psk-ke-alone': pskKeAlone(heard),
    'early-data': earlyData(heard),
    renegotiates: renegotiates(heard),
  };
}

function acceptsAnother(heard: readonly LabConnection[]): Look {
  const shown = heard.filter(
    (each) =>
      each.certificate === 'untrusted' &&
      (answerOf(each) === 'full' || answerOf(each) === 'refused'),
  );
  return found(
    shown.filter(({ hasSpoken }) => hasSpoken),
    (count) =>
      `The server showed a certificate that nobody vouches for, and the program went on and talked, on ${count}.`,
    shown.some(({ ended }) => ended !== null),
  );
}

function changeUnseen(heard: readonly LabConnection[]): Look {
  const resumed = heard.filter(
    ({ certificate, outcome }) => certificate === 'untrusted' && outcome.kind === 'resumed',
  );
  return found(
    resumed.filter(({ hasSpoken }) => hasSpoken),
    (count) =>
      `A server that has another certificate by now took up the session, and the program went on and talked, on ${count}. No certificate is shown on a resumption: that is how TLS works.`,
    resumed.some(({ ended }) => ended !== null),
  );
}

function noFallback(runs: readonly Run[]): Look {
  const refused = runs.flatMap(({ connections }) => {
    // Whoever never says anything is no worse for being refused.
    const speaks = connections.some(({ hasSpoken }) => hasSpoken);
    return connections.filter(
      (each) => answerOf(each) === 'refused' && each.certificate === 'own' && speaks,
    );
  });
  return found(
    refused.filter(({ hasSpoken, ended }) => !hasSpoken && ended?.by === 'client'),
    (count) =>
      `The server made a full handshake in place of the session that was offered, with the same certificate as before, and the program gave up, on ${count}.`,
    refused.some(({ hasSpoken }) => hasSpoken),
  );
}

function noName(heard: readonly LabConnection[]): Look {
  const named = heard.filter(({ dialledName }) => dialledName !== null);
  return found(
    named.filter(({ serverName }) => serverName === null),
    (count) => `The ClientHello named no server (SNI), on ${count} to a name.`,
    named.length > 0,
  );
}

function noCloseNotify(runs: readonly Run[]): Look {
  const closed = runs.map(({ connections }) =>
    connections.filter(
      (each) =>
        isFinished(each) &&
        each.certificate === 'own' &&
        typeof each.ended?.closeNotify === 'string',
    ),
  );
  const silent = closed.flatMap((its) => {
    const [only, ...more] = its.filter(isSilent);
    // The last of a process that was ended from outside had no time for it.
    return more.length === 0 && its.length > 1 && only === its.at(-1) ? [] : its.filter(isSilent);
  });
  const total = closed.flat().length;
  return found(
    silent,
    () => `${silent.length} of ${counted(total, 'connection')} ended without close_notify.`,
    total > 0,
  );
}

function isSilent({ ended }: LabConnection): boolean {
  return ended?.closeNotify === 'no';
}

function pskKeAlone(heard: readonly LabConnection[]): Look {
  const naming = heard.filter(({ hello }) => hello !== null && hello.pskModes.length > 0);
  return found(
    naming.filter(({ hello }) => hello?.pskModes.includes(PSK_DHE_KE) === false),
    (count) =>
      `psk_key_exchange_modes named psk_ke alone, on ${count}: whoever gets the ticket’s key later reads what was said under it.`,
    naming.length > 0,
  );
}

function earlyData(heard: readonly LabConnection[]): Look {
  return found(
    heard.filter((each) => each.earlyData),
    (count) =>
      `The ClientHello announced early data, on ${count}: what is sent so can be replayed.`,
    heard.some(({ offers }) => offers.some(({ mechanism }) => mechanism === 'tls13-ticket')),
  );
}

function renegotiates(heard: readonly LabConnection[]): Look {
  return found(
    heard.filter(({ renegotiated }) => renegotiated),
    (count) => `The program negotiated anew on a connection that was open, on ${count}.`,
    heard.some((each) => each.version === 'TLSv1.2' && isFinished(each) && each.ended !== null),
  );
}

function found(
  connections: readonly LabConnection[],
  textOf: (count: string) => string,
  hadOccasion: boolean,
): Look {
  const proof: Proof | null =
    connections.length === 0
      ? null
      : { text: textOf(counted(connections.length, 'connection')), connections };
  return look(proof, hadOccasion);
}
