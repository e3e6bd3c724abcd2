import { describe, expect, it } from 'vitest';
import { lineLog, redactedLog, Redaction } from './log.ts';

const now = () => new Date(Date.UTC(2026, 10, 23, 19, 54));

function setUp() {
  const lines: string[] = [];
  const redaction = new Redaction();
  const log = redactedLog(
    lineLog((line) => lines.push(line), now),
    redaction,
  );
  return { lines, log, redaction };
}

describe('the log', () => {
  it('writes one line for each entry, with its time', () => {
    const { lines, log } = setUp();
    log.info('started');
    log.warn('careful');
    expect(lines).toEqual([
      '2026-11-23T19:54:00.000Z info  started\n',
      '2026-11-23T19:54:00.000Z warn  careful\n',
    ]);
  });

  it('lets no text forge an entry or reach the terminal as a control character', () => {
    const { lines, log } = setUp();
    log.info('a\n2026 error forged\r\nb\u001B[31m\u2028c\td');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.match(/\p{Cc}|\u2028/gu)).toEqual(['\n']);
    expect(lines[0]).toContain('a | 2026 error forged | b\\x1b[31m | c\\x09d');
  });

  it('tells of an error its message, code, stack and causes, and nothing else that it holds', () => {
    const { lines, log } = setUp();
    const cause = Object.assign(new Error('the cause'), { code: 'ECAUSE' });
    log.error('failed', Object.assign(new Error('outer', { cause }), { bytes: 'session-bytes' }));
    expect(lines).toHaveLength(1);
    for (const part of ['failed', 'outer', 'the cause', 'ECAUSE', 'log.test.ts']) {
      expect(lines[0]).toContain(part);
    }
    expect(lines[0]).not.toContain('session-bytes');
  });

  it('ends on a circle of causes, and takes what is thrown in place of an error', () => {
    const { lines, log } = setUp();
    const circle = new Error('circle');
    circle.cause = circle;
    log.error('failed', circle);
    log.error('failed', 'a thrown string');
    expect(lines).toHaveLength(2);
    expect(lines[1]).toContain('a thrown string');
  });

  it('hides known secrets in texts, errors and their causes, however they are written', () => {
    const { lines, log, redaction } = setUp();
    const secret = 'pa"ss wörd';
    redaction.hide('account', secret);
    log.info(`plain ${secret}`);
    log.info(`quoted ${JSON.stringify(secret)}`);
    log.info(`encoded ${encodeURIComponent(secret)}`);
    log.warn(`base64 ${Buffer.from(secret).toString('base64')}`);
    log.warn(`SASL PLAIN ${Buffer.from(`\0anna\0${secret}`).toString('base64')}`);
    log.error('failed', new Error(`outer ${secret}`, { cause: new Error(`inner ${secret}`) }));
    const text = lines.join('');
    expect(text).not.toContain('wörd');
    expect(text).not.toContain(Buffer.from(secret).toString('base64'));
    expect(text).not.toContain('w%C3%B6rd');
    expect(text).not.toContain(Buffer.from(`\0anna\0${secret}`).toString('base64').slice(8, -4));
    expect(text.split('(hidden)').length - 1).toBeGreaterThanOrEqual(7);
  });

  it('knows the new secret of a key only, and none that is forgotten', () => {
    const { redaction } = setUp();
    redaction.hide('account', 'first-secret');
    redaction.hide('account', 'second-secret');
    expect(redaction.apply('first-secret second-secret')).toBe('first-secret (hidden)');
    redaction.forget('account');
    expect(redaction.apply('second-secret')).toBe('second-secret');
  });

  it('leaves nothing of a secret that begins with another one', () => {
    const { redaction } = setUp();
    redaction.hide('one', 'hunter2');
    redaction.hide('two', 'hunter2-and-more');
    expect(redaction.apply('hunter2-and-more hunter2')).toBe('(hidden) (hidden)');
  });

  it('does not shred the log for a secret of three characters', () => {
    const { redaction } = setUp();
    redaction.hide('account', 'abc');
    expect(redaction.apply('abc')).toBe('abc');
  });
});
