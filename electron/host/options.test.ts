import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

describe('the command line', () => {
  it('asks for the usual things without arguments', () => {
    expect(parseOptions([])).toEqual({
      kind: 'run',
      options: { port: null, openBrowser: true, dataDir: null, demo: false, simulation: null },
    });
  });

  it('takes every option', () => {
    expect(parseOptions(['--port', '0', '--no-open', '--data-dir=/tmp/x', '--demo'])).toEqual({
      kind: 'run',
      options: { port: 0, openBrowser: false, dataDir: '/tmp/x', demo: true, simulation: null },
    });
  });

  it.each(['1', '993', '65535'])('takes port %s', (port) => {
    expect(parseOptions(['--port', port])).toMatchObject({ options: { port: Number(port) } });
  });

  it.each(['70000', '65536', '-1', '1.5', '0x50', 'http', '', ' 80', '1e3'])(
    'refuses port %j in one sentence',
    (port) => {
      expect(parseOptions([`--port=${port}`])).toEqual({
        kind: 'wrong',
        message: `--port takes a whole number from 0 to 65535, not "${port}". Use --help to see the options.`,
      });
    },
  );

  it.each([
    { args: ['--colour'], about: '--colour' },
    { args: ['--port'], about: '--port' },
    { args: ['--no-open=1'], about: '--no-open' },
    { args: ['extra'], about: 'extra' },
    { args: ['--data-dir='], about: '--data-dir' },
  ])('names what it does not understand in $args', ({ args, about }) => {
    const parsed = parseOptions(args);
    expect(parsed).toMatchObject({ kind: 'wrong', message: expect.stringContaining(about) });
    expect(parsed).not.toMatchObject({ message: expect.stringContaining('\n') });
  });

  it('takes simulated connections for the demo, and how many handshakes they have', () => {
    expect(parseOptions(['--demo', '--connections', '1000', '--rate', '500'])).toMatchObject({
      options: { simulation: { connections: 1000, rate: 500 } },
    });
    expect(parseOptions(['--demo', '--connections=3'])).toMatchObject({
      options: { simulation: { connections: 3, rate: 10 } },
    });
  });

  it.each([
    [['--connections=10'], 'is for the demo'],
    [['--demo', '--rate=10'], 'is for use with --connections'],
    [['--demo', '--connections=0'], 'from 1 to 10000, not "0"'],
    [['--demo', '--connections=10001'], 'from 1 to 10000'],
    [['--demo', '--connections=1e3'], 'not "1e3"'],
    [['--demo', '--connections=10', '--rate=0'], '--rate takes'],
    [['--demo', '--connections=10', '--rate=fast'], 'not "fast"'],
  ])('refuses %j', (args, about) => {
    expect(parseOptions(args)).toMatchObject({
      kind: 'wrong',
      message: expect.stringContaining(about) as unknown,
    });
  });

  it('explains itself', () => {
    expect(parseOptions(['--help'])).toMatchObject({
      kind: 'help',
      text: expect.stringContaining('--data-dir DIR'),
    });
  });
});
