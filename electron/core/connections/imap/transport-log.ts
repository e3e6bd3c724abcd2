import type { ConnectSettings } from '../../accounts/index.ts';
import type { Mechanism, NotOfferedReason } from '../../../../shared/model.ts';
import type { TlsOutcome, TransportEvent } from '../../tls/index.ts';
import { serverAddress } from '../../failures/index.ts';

const MECHANISM: Readonly<Record<Mechanism, string>> = {
  'tls13-ticket': 'TLS 1.3 ticket',
  'tls12-ticket': 'TLS 1.2 ticket',
  'session-id': 'session ID',
};

const REASON: Readonly<Record<NotOfferedReason, string>> = {
  'nothing-held': 'no session was held',
  'none-issued': 'this server has issued no session',
  expired: 'the sessions held had expired',
  'all-in-use': 'all tickets were in use',
  'trust-changed': 'what is trusted has changed',
  'refused-earlier': 'the latest session was refused, and no new one had come',
  'failed-earlier': 'the attempt before failed with a session',
  'server-keeps-refusing': 'this server keeps refusing',
};

/** The line that the connection's log gets for an event; `null` where it gets none. */
export function transportLogLine(event: TransportEvent, settings: ConnectSettings): string | null {
  switch (event.kind) {
    case 'phase':
      if (event.phase === 'dns') return `— Looking up ${settings.host}`;
      return event.phase === 'tcp' ? `— Connecting to ${serverAddress(settings)}` : null;
    case 'handshake': {
      const { outcome, handshake } = event;
      if (outcome.kind === 'failed') return null;
      const { protocol, cipher, group } = handshake ?? {};
      return `— TLS: ${[described(outcome), protocol, cipher, group].filter(Boolean).join(', ')}`;
    }
    case 'ticket':
      return `— TLS session ${event.received} received`;
    case 'first-line':
      return `— ${event.sentBytes} bytes sent and ${event.receivedBytes} received until the first line`;
  }
}

function described(outcome: Exclude<TlsOutcome, { kind: 'failed' }>): string {
  switch (outcome.kind) {
    case 'resumed':
      return `resumed by ${MECHANISM[outcome.mechanism]}`;
    case 'refused':
      return `the offered ${MECHANISM[outcome.mechanism]} was refused, full handshake`;
    case 'full':
      return `full handshake, ${REASON[outcome.reason]}`;
    case 'off':
      return 'full handshake, reuse is off';
  }
}
