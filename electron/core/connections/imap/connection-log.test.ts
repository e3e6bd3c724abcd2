import { describe, expect, test } from 'vitest';
import { ConnectionLog, LOG_LINE_LENGTH, LOG_LINES } from './connection-log.ts';

describe('the log of a connection', () => {
  test('keeps the newest lines, oldest first, with their times', () => {
    let now = 0;
    const log = new ConnectionLog(() => (now += 1));
    for (let line = 1; line <= LOG_LINES + 5; line += 1) log.add(`line ${line}`);
    expect(log.lines()).toHaveLength(LOG_LINES);
    expect(log.lines()[0]).toEqual({ at: 6, text: 'line 6' });
    expect(log.lines().at(-1)).toEqual({ at: LOG_LINES + 5, text: `line ${LOG_LINES + 5}` });
  });

  test('cuts a line that a server makes endless', () => {
    const log = new ConnectionLog(() => 0);
    log.add('x'.repeat(1_000_000));
    expect(log.lines()[0]?.text).toHaveLength(LOG_LINE_LENGTH + 2);
  });

  test('lets no control character through', () => {
    const log = new ConnectionLog(() => 0);
    log.add('one\r\ntwo\u001B[31m\0three\u0085');
    expect(log.lines()[0]?.text).toBe('one two<U+001B>[31m<U+0000>three');
  });

  test('removes secrets before it cuts, so that none is cut in half and kept', () => {
    const log = new ConnectionLog(() => 0);
    const secret = 's'.repeat(40);
    log.add('x'.repeat(LOG_LINE_LENGTH - 20) + secret, (text) => text.replaceAll(secret, '#'));
    expect(log.lines()[0]?.text).toBe(`${'x'.repeat(LOG_LINE_LENGTH - 20)}#`);
  });

  test('keeps no part of a long secret that a server says again and again', () => {
    const log = new ConnectionLog(() => 0);
    const secret = 'abcdefghij0123456789'.repeat(15);
    log.add(`S: * OK ${secret.repeat(100)}`, (text) => text.replaceAll(secret, '#'));
    expect(log.lines()[0]?.text).toBe(`S: * OK ${'#'.repeat(100)}`);
  });
});
