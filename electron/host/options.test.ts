import { describe, expect, it } from 'vitest';
import { parseOptions } from './options.ts';

describe('the command line', () => {
  it('asks for the usual things without arguments', () => {
    expect(parseOptions([])).toEqual({
      kind: 'run',
      options: { port: null, openBrowser: true, dataDir: null, demo: false },
    });
  });

  it('takes every option', () => {
    expect(parseOptions(['--port', '0', '--no-open', '--data-dir=/tmp/x', '--demo'])).toEqual({
      kind: 'run',
      options: { port: 0, openBrowser: false, dataDir: '/tmp/x', demo: true },
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

  it('explains itself', () => {
    expect(parseOptions(['--help'])).toMatchObject({
      kind: 'help',
      text: expect.stringContaining('--data-dir DIR'),
    });
  });
});
