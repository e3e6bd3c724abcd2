import { describe, expect, it } from 'vitest';
import { parseTarget, type TypedTarget } from './target.ts';

const parse = (server: string, more: Partial<TypedTarget> = {}) =>
  parseTarget({ server, starttls: false, servername: null, ...more });

const parsed = (server: string, more: Partial<TypedTarget> = {}) => {
  const result = parse(server, more);
  if (result.kind === 'wrong') throw new Error(result.message);
  return result.target;
};

describe('what a person types', () => {
  it.each([
    ['mail.example.org', 'imap', 993, 'tls'],
    ['mail.example.org:143', 'imap', 143, 'starttls'],
    ['mail.example.org:465', 'smtp', 465, 'tls'],
    ['mail.example.org:587', 'smtp', 587, 'starttls'],
    ['mail.example.org:25', 'smtp', 25, 'starttls'],
    ['mail.example.org:995', 'pop3', 995, 'tls'],
    ['mail.example.org:110', 'pop3', 110, 'starttls'],
    ['smtp://mail.example.org', 'smtp', 465, 'tls'],
    ['POP3://mail.example.org', 'pop3', 995, 'tls'],
    ['mail.example.org:10993', 'imap', 10_993, 'tls'],
    ['smtp://mail.example.org:2525', 'smtp', 2525, 'tls'],
  ])('%s is %s on port %i with %s', (server, protocol, port, security) => {
    expect(parsed(server)).toMatchObject({ host: 'mail.example.org', protocol, port, security });
  });

  it.each([
    ['mail.example.org', 143],
    ['smtp://mail.example.org', 587],
    ['pop3://mail.example.org', 110],
    ['mail.example.org:993', 993],
  ])('%s with STARTTLS is on port %i', (server, port) => {
    expect(parsed(server, { starttls: true })).toMatchObject({ port, security: 'starttls' });
  });

  it('may be an address of either family', () => {
    expect(parsed('192.0.2.1:993')).toMatchObject({ host: '192.0.2.1', port: 993 });
    expect(parsed('[2001:db8::1]:143')).toMatchObject({ host: '2001:db8::1', port: 143 });
    expect(parsed('imap://2001:db8::1')).toMatchObject({ host: '2001:db8::1', port: 993 });
  });

  it('may expect an address in the certificate, in brackets too', () => {
    const servername = ' [2001:db8::1] ';
    expect(parsed('mail.example.org', { servername }).servername).toBe('2001:db8::1');
  });

  it.each([
    '',
    '  ',
    'https://example.org',
    'a b',
    'host:0',
    'host:70000',
    'host:x',
    'host/path',
    'u@h',
    ':993',
  ])('is refused with a sentence where it is %j', (server) => {
    const result = parse(server);
    expect(result.kind === 'wrong' && result.message.endsWith('.')).toBe(true);
  });
});
