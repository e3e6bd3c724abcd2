import { describe, expect, test } from 'vitest';
import { imapflowLogger } from './imapflow-log.ts';

function listen() {
  const lines: string[] = [];
  const told: string[] = [];
  const logger = imapflowLogger({
    line: (text) => lines.push(text),
    heard: () => undefined,
    sent: (command) => told.push(`sent: ${command}`),
    answered: (line) => told.push(`answered: ${line}`),
    continued: () => told.push('continued'),
    firstLine: (text) => told.push(`first: ${text}`),
    unreadable: () => told.push('unreadable'),
    bye: (text) => told.push(`bye: ${text}`),
    alert: (text) => told.push(`alert: ${text}`),
    throttled: () => told.push('throttled'),
  });
  const client = (msg: string): void => {
    logger.debug({ src: 'c', msg });
  };
  const server = (msg: string): void => {
    logger.debug({ src: 's', msg });
  };
  return { lines, told, logger, client, server };
}

describe('imapflow log', () => {
  test('says who said what', () => {
    const { lines, client, server } = listen();
    server('* OK ready');
    client('1 CAPABILITY');
    server('1 OK done');
    expect(lines).toEqual(['S: * OK ready', 'C: 1 CAPABILITY', 'S: 1 OK done']);
  });

  test('shows nothing of a LOGIN but that it was sent', () => {
    const { lines, told, client } = listen();
    client('3 LOGIN "anna" "secret"');
    expect(lines).toEqual(['C: 3 LOGIN (hidden)']);
    expect(told).toContain('sent: LOGIN');
  });

  test('shows nothing of an AUTHENTICATE exchange until its answer', () => {
    const { lines, client, server } = listen();
    client('A LOGOUT-LIKE');
    client('B AUTHENTICATE PLAIN');
    server('+ c2VjcmV0');
    client('c2VjcmV0');
    server('* CAPABILITY IMAP4rev1');
    server('B OK signed in');
    client('C NOOP');
    expect(lines).toEqual([
      'C: A LOGOUT-LIKE',
      'C: B AUTHENTICATE (hidden)',
      'S: + (hidden)',
      'C: (hidden)',
      'S: * CAPABILITY IMAP4rev1',
      'S: B OK signed in',
      'C: C NOOP',
    ]);
  });

  test('tells the first line of the server, once', () => {
    const { told, server } = listen();
    server('* OK ready');
    server('* OK still here');
    expect(told).toEqual(['first: * OK ready']);
  });

  test('tells with which BYE the server goes', () => {
    const { told, client, server } = listen();
    server('* BYE [UNAVAILABLE] Try later');
    server('* bye for now');
    client('1 NOOP');
    server('1 BYE with a tag');
    expect(told).toEqual(
      expect.arrayContaining([
        'bye: BYE [UNAVAILABLE] Try later',
        'bye: bye for now',
        'bye: BYE with a tag',
      ]),
    );
  });

  test('tells each command and what was answered to it, also where it cannot be parsed', () => {
    const { told, logger, client, server } = listen();
    client('9 CAPABILITY');
    server('* CAPABILITY IMAP4rev1');
    server('8 OK of an earlier one');
    server('9 no [UNAVAILABLE] Later');
    client('A LOGIN "anna" "secret"');
    logger.error({ src: 's', msg: 'A NO [Error="Auth', err: new Error('Unexpected end') });
    expect(told.filter((line) => /^(?:sent|answered)/.test(line))).toEqual([
      'sent: CAPABILITY',
      'answered: no [UNAVAILABLE] Later',
      'sent: LOGIN',
      'answered: NO [Error="Auth',
    ]);
  });

  test('takes a line that could not be parsed for one of the server', () => {
    const { told, logger } = listen();
    logger.error({ src: 's', msg: '220 mail.example.org ESMTP', err: new Error('no IMAP') });
    expect(told).toEqual(['first: 220 mail.example.org ESMTP', 'unreadable']);
  });

  test('tells of throttling at once, and shows other errors by their message', () => {
    const { lines, told, logger } = listen();
    const error = Object.assign(new Error('Command failed'), { code: 'ETHROTTLE' });
    logger.warn({ msg: 'Throttling detected', err: error, executedCommand: 'secret' });
    expect(told).toEqual(['throttled']);
    expect(lines).toEqual(['! Throttling detected: Command failed']);
  });
});
