/** Evidence for tests, in the middle of the road where nothing else is said. */
import type { RowEvidence, Sample, SessionSeen } from '../evidence.ts';

/** A full handshake with one ticket. */
export function sample(changes: Partial<Sample> = {}): Sample {
  return {
    resumed: false,
    offered: false,
    issued: 1,
    ms: 2,
    sentBytes: 500,
    receivedBytes: 1500,
    ...changes,
  };
}

/** A sealed ticket of 7200 s. */
export function seen(changes: Partial<SessionSeen> = {}): SessionSeen {
  return {
    connection: 1,
    onResumption: false,
    lifetimeSeconds: 7200,
    ticketBytes: 192,
    keyName: 'a',
    ...changes,
  };
}

/** TLS 1.3 tickets that came and were not offered. */
export function rowEvidence(changes: Partial<RowEvidence> = {}): RowEvidence {
  return {
    address: '192.0.2.1',
    protocol: 'TLSv1.3',
    mechanism: 'ticket',
    offered: true,
    samples: [sample()],
    sessions: [seen()],
    attempts: 0,
    resumed: 0,
    broken: 0,
    sameTicketTwice: null,
    ...changes,
  };
}
