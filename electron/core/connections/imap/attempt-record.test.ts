import { describe, expect, test } from 'vitest';
import type { AccountId, AttemptId, ConnectionId } from '../../../../shared/model.ts';
import type { HandshakeEnd } from '../../tls/index.ts';
import {
  advanceRecord,
  attemptOf,
  beginRecord,
  type AttemptRecord,
  type ConnectStep,
} from './attempt-record.ts';

const resumed: HandshakeEnd = {
  outcome: { kind: 'resumed', mechanism: 'tls13-ticket' },
  address: '192.0.2.1',
  handshake: {
    protocol: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    group: 'X25519MLKEM768',
    certificate: null,
    descent: { fullHandshakeAt: 900, reuse: 4, sharedBy: null },
  },
  hangsOn: [],
  asksForCertificate: false,
};
const problem = { code: 'timeout', message: 'Too slow.', serverLine: null } as const;

const ids = {
  id: 'h' as AttemptId,
  connectionId: 'c' as ConnectionId,
  accountId: 'a' as AccountId,
};

function record(...steps: readonly ConnectStep[]): AttemptRecord {
  return steps.reduce(advanceRecord, beginRecord({ ...ids, startedAt: 1000, planned: false }, 50));
}

const implicitTls: readonly ConnectStep[] = [
  { kind: 'phase', phase: 'dns', at: 50 },
  { kind: 'phase', phase: 'tcp', at: 53 },
  { kind: 'phase', phase: 'tls', at: 60 },
  { kind: 'handshake', ...resumed, at: 71 },
  { kind: 'phase', phase: 'greeting', at: 71.5 },
  { kind: 'first-line', at: 75, sentBytes: 600, receivedBytes: 245 },
  { kind: 'ticket', received: 1 },
  { kind: 'phase', phase: 'login', at: 80 },
  { kind: 'signed-in', at: 95 },
  { kind: 'phase', phase: 'select', at: 95 },
  { kind: 'ready', at: 100 },
];

describe('the record of an attempt', () => {
  test('gives TCP the time of the address that won, and the total all of it', () => {
    const [dns, tcp, ...rest] = implicitTls;
    const deadFirst = [dns, { kind: 'phase', phase: 'tcp', at: 51 }, tcp, ...rest];
    const attempt = attemptOf(record(...(deadFirst as readonly ConnectStep[])));
    expect(attempt).toMatchObject({ phases: { dns: 1, tcp: 7 }, totalMs: 50 });
  });

  test('times the way through the proxy that led there, in place of DNS and TCP', () => {
    const [, , ...rest] = implicitTls;
    const steps: ConnectStep[] = [
      { kind: 'phase', phase: 'proxy', at: 50 },
      { kind: 'phase', phase: 'proxy', at: 54 },
      ...rest,
    ];
    const attempt = attemptOf(record(...steps));
    expect(attempt).toMatchObject({ phases: { proxy: 6, dns: null, tcp: null }, totalMs: 50 });
  });

  test('times every phase until IDLE can begin', () => {
    expect(attemptOf(record(...implicitTls))).toEqual({
      ...ids,
      startedAt: 1000,
      planned: false,
      outcome: resumed.outcome,
      phases: {
        proxy: null,
        dns: 3,
        tcp: 7,
        starttls: null,
        wait: null,
        tls: 11,
        greeting: 9,
        login: 15,
        select: 5,
      },
      totalMs: 50,
      address: '192.0.2.1',
      handshake: resumed.handshake,
      sentBytes: 600,
      receivedBytes: 245,
      ticketsReceived: 1,
    });
  });

  test('counts the plain-text talk before STARTTLS as a phase of its own', () => {
    const { phases } = record(
      { kind: 'phase', phase: 'dns', at: 50 },
      { kind: 'phase', phase: 'tcp', at: 51 },
      { kind: 'phase', phase: 'starttls', at: 52 },
      { kind: 'phase', phase: 'tls', at: 60 },
      { kind: 'handshake', ...resumed, at: 70 },
      { kind: 'phase', phase: 'login', at: 73 },
    ).attempt;
    expect(phases).toMatchObject({ starttls: 8, tls: 10, greeting: 3, login: null });
  });

  test('has no outcome before the handshake ended', () => {
    expect(attemptOf(record(...implicitTls.slice(0, 3)))).toBeNull();
  });

  test('is failed, with the problem, when no handshake came about', () => {
    const attempt = attemptOf(record(...implicitTls.slice(0, 2), { kind: 'failed', problem }));
    expect(attempt?.outcome).toEqual({ kind: 'failed', problem });
    expect(attempt?.phases).toMatchObject({ dns: 3, tcp: null });
    expect(attempt?.totalMs).toBeNull();
  });

  test('gives a handshake that failed no time', () => {
    const failed: HandshakeEnd = {
      ...resumed,
      outcome: {
        kind: 'failed',
        error: new Error('no'),
        sessionOffered: true,
        answered: true,
        shownPem: null,
      },
    };
    const attempt = attemptOf(
      record(
        ...implicitTls.slice(0, 3),
        { kind: 'handshake', ...failed, at: 70 },
        { kind: 'failed', problem },
      ),
    );
    expect(attempt?.outcome).toEqual({ kind: 'failed', problem });
    expect(attempt?.phases.tls).toBeNull();
  });

  test('failed where the server says afterwards that it wants a certificate', () => {
    const demand = { ...problem, code: 'client-certificate' } as const;
    const attempt = attemptOf(
      record(...implicitTls.slice(0, 4), { kind: 'failed', problem: demand }),
    );
    expect(attempt?.outcome).toEqual({ kind: 'failed', problem: demand });
  });

  test('stays what it was when the sign-in fails afterwards', () => {
    const attempt = attemptOf(record(...implicitTls.slice(0, 8), { kind: 'failed', problem }));
    expect(attempt?.outcome).toEqual(resumed.outcome);
    expect(attempt?.phases).toMatchObject({ greeting: 9, login: null });
  });
});
