import { describe, expect, it } from 'vitest';
import type { Account, AccountId } from '../../../shared/model.ts';
import { account, heldSessions } from '../../testing/entities.ts';
import {
  countLeft,
  heldSummary,
  inOrder,
  serverName,
  serverNote,
  sharingWords,
  timeLeft,
  whyNone,
} from './held.ts';

const CERTIFICATE = {
  subject: 'CN=mail.example',
  issuer: 'CN=mail.example',
  names: [],
  validFromAt: 0,
  validToAt: 1,
  fingerprint256: 'AA',
};

describe('what is held', () => {
  it('counts the tickets that have not expired, and ends with the last of them', () => {
    const held = heldSessions('1', 'a', { endsAt: [61_000, 5000] });
    expect([countLeft(held, 1000), timeLeft(held, 1000)]).toEqual([2, '1:00']);
    expect([countLeft(held, 5000), timeLeft(held, 5000)]).toEqual([1, '0:56']);
    expect([countLeft(held, 61_000), timeLeft(held, 61_000)]).toEqual([0, 'expired']);
  });

  it('tells all in use from expired', () => {
    expect(timeLeft(heldSessions('1', 'a', { endsAt: [] }), 0)).toBe('all in use');
  });

  it('is in the order of the accounts’ names, then of the servers', () => {
    const accounts = new Map(
      [account('b', { label: 'Zoo' }), account('c', { label: 'ant' })].map((one) => [one.id, one]),
    );
    const held = [
      heldSessions('1', 'b', { name: 'imap10.example' }),
      heldSessions('2', 'b', { name: 'imap9.example' }),
      heldSessions('3', 'c'),
    ];
    expect(inOrder(held, accounts, null).map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect(inOrder(held, accounts, 'c' as AccountId).map(({ id }) => id)).toEqual(['3']);
  });

  it('is once for all that share it, with their names, and of each of them', () => {
    const accounts = new Map(
      ['b', 'a'].map((id) => [id as AccountId, account(id, { label: id.toUpperCase() })]),
    );
    const sharedBy = ['b', 'a'] as AccountId[];
    const held = heldSessions('1', 'b', { sharedBy });
    expect(sharingWords(held, accounts)).toBe('Shared by 2: A, B');
    expect(sharingWords(heldSessions('2', 'b'), accounts)).toBeNull();
    for (const id of sharedBy) expect(inOrder([held], accounts, id)).toEqual([held]);
    expect(inOrder([held], accounts, 'c' as AccountId)).toEqual([]);
  });

  it('is called by the host that is connected to, with the name where that is another', () => {
    const held = heldSessions('1', 'a', { name: 'mail.example', port: 993 });
    const call = (more: Partial<Account>, one = held) => [
      serverName(one, account('a', more)),
      serverNote(one, account('a', more)),
    ];
    expect(call({ host: 'Mail.example' })).toEqual(['Mail.example:993', '']);
    const local = { host: '127.0.0.1', servername: 'Mail.example' };
    expect(call(local)).toEqual(['127.0.0.1:993', 'verified as Mail.example']);
    expect(call(local, { ...held, security: 'starttls' })[1]).toBe(
      'STARTTLS, verified as Mail.example',
    );
    const pinned = { kind: 'pin', certificate: CERTIFICATE } as const;
    expect(call({ ...local, trust: pinned })).toEqual(['127.0.0.1:993', '']);
    expect(call({ host: 'elsewhere.example' })).toEqual(['mail.example:993', '']);
    expect(call({ host: '::1' }, { ...held, name: '::1' })).toEqual(['[::1]:993', '']);
    expect(serverName(held, undefined)).toBe('mail.example:993');
  });

  it('is summed up', () => {
    const two = heldSessions('1', 'a', { endsAt: [1, 2] });
    expect(heldSummary([two])).toBe('2 sessions held for 1 server');
    expect(heldSummary([two, heldSessions('2', 'a', { endsAt: [] })])).toBe(
      '2 sessions held for 2 servers',
    );
  });

  it('are said to go with the program only where they do', () => {
    expect(whyNone(true, false)).toContain('when Reprise is closed');
    expect(whyNone(true, true)).not.toContain('closed');
    expect(whyNone(false, true)).toContain('Reuse is off');
  });
});
