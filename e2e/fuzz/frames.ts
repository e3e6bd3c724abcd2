/** What comes over the WebSocket of the host, or the port of Electron. */
import { contract, type EngineApi } from '../../shared/contract.ts';
import { ERROR_CODES } from '../../shared/errors.ts';
import { serveEngine, type Channel } from '../../shared/rpc.ts';
import { bytesOf, holds, textOf, type FuzzTarget } from './target.ts';

const account = {
  label: 'Work',
  user: 'ann@example.org',
  password: 'secret',
  host: 'imap.example.org',
  port: 993,
  security: 'tls',
  servername: null,
  trust: { kind: 'system' },
  mailboxes: ['INBOX'],
};

const call = (method: string, ...args: readonly unknown[]): Uint8Array =>
  bytesOf({ t: 'q', i: '7', m: method, a: args });

/** Says to every call that it was made, with what it was made. */
function recordingApi(made: unknown[][]): EngineApi {
  return new Proxy({} as EngineApi, {
    get:
      (_, method) =>
      (...args: unknown[]) => {
        made.push([method, ...args]);
        return Promise.resolve(null);
      },
  });
}

/** Sends one frame to an engine, and then a call that is good. */
async function answersTo(frame: unknown) {
  const made: unknown[][] = [];
  const answers: unknown[] = [];
  const failed: unknown[] = [];
  const receivers: ((frame: unknown) => void)[] = [];
  const channel: Channel = {
    post: (answer) => answers.push(answer),
    listen: (onFrame) => receivers.push(onFrame),
    onClose: () => undefined,
    close: () => undefined,
  };
  serveEngine(channel, recordingApi(made), (error) => failed.push(error));
  for (const receive of receivers) {
    receive(frame);
    receive({ t: 'q', i: 'last', m: 'getState', a: [] });
  }
  // Answers come by microtasks alone: nothing here waits for the outside.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  return { made, answers, failed };
}

interface Answered {
  readonly t?: unknown;
  readonly i?: unknown;
  readonly e?: unknown;
  readonly r?: { readonly ok?: unknown; readonly error?: { readonly code?: string } };
  readonly error?: { readonly code?: string };
}

function decode(input: Uint8Array): unknown {
  const text = textOf(input);
  try {
    return JSON.parse(text);
  } catch {
    // As the host does: what is no JSON stays the text that it is.
    return text;
  }
}

export const framesTarget: FuzzTarget = {
  name: 'rpc-frame',
  seeds: [
    call('getState'),
    call('addAccount', account),
    call('updateAccount', 'account-1', { ...account, password: null, trust: { kind: 'keep' } }),
    call('testConnection', account, null),
    call('setReuse', 'account-1', true),
    call('setPolicy', 'account-1', { sharing: 'private', longestAge: 'hour' }),
    call('setPolicies', [{ id: 'account-1', policy: { sharing: 'shared', longestAge: 'server' } }]),
    call('startCheck', { server: 'imap.example.org', starttls: false, servername: null }),
    call('getHistory', { range: '24h', account: null }),
    call('exportHistory', { range: '7d', account: 'account-1', format: 'csv' }),
    call('dismissNotice', 'history'),
    bytesOf({ t: 's', i: '1', r: null }),
    bytesOf({ t: 's', i: '1', e: { message: 'no' } }),
  ],
  words: [
    ...Object.keys(contract),
    '{"t":"q"',
    ',"i":"1"',
    ',"m":',
    ',"a":[',
    ']}',
    '}',
    '"',
    ',',
    '[',
    '{',
    'null',
    ':',
    '"__proto__"',
    '"constructor"',
    '"toString"',
    '"then"',
    '"password"',
    '1e999',
    '\\u0000',
  ],
  check: async (input) => {
    const { made, answers, failed } = await answersTo(decode(input));
    holds(failed.length === 0, 'no call fails inside');
    holds(made.at(-1)?.[0] === 'getState', 'the call that follows is made');
    for (const [method] of made) {
      holds(Object.hasOwn(contract, String(method)), `${String(method)} is a call of the contract`);
    }
    const [first, ...others] = answers as Answered[];
    const last = others.at(-1) ?? first;
    holds(last?.i === 'last' && last.r?.ok === true, 'the call that follows is answered');
    holds(answers.length <= 2, 'a frame has one answer at most');
    if (first === undefined || first === last) return;
    const error = first.t === 'rejected' ? first.error : first.r?.error;
    if (error === undefined) holds(first.r?.ok === true, 'an answer says that it is good');
    else
      holds(
        ERROR_CODES.some((code) => code === error.code),
        `${String(error.code)} is a code`,
      );
  },
};
