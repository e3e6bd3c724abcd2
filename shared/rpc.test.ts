import { describe, expect, it } from 'vitest';
import type { EngineApi } from './contract.ts';
import { RepriseError } from './errors.ts';
import type { AccountId } from './model.ts';
import type { Snapshot } from './state.ts';
import { channelPair } from './testing/channel-pair.ts';
import { connectEngine, MAX_CALLS_IN_FLIGHT, serveEngine } from './rpc.ts';

const notImplemented = () => Promise.reject(new Error('secret detail'));
const engine = new Proxy({} as EngineApi, {
  get: (_, method) => {
    switch (method) {
      case 'getState':
        return () => Promise.resolve({ version: 7 } as Snapshot);
      case 'setReuse':
        return () =>
          Promise.reject(new RepriseError('not-found', 'That account is gone.', { field: 'id' }));
      default:
        return notImplemented;
    }
  },
});

function setUp() {
  const [serverChannel, clientChannel] = channelPair();
  const internal: unknown[] = [];
  const patches: unknown[] = [];
  const served = serveEngine(serverChannel, engine, (error) => internal.push(error));
  const connected = connectEngine(clientChannel, {
    patch: (patch) => {
      patches.push(patch);
      return Promise.resolve();
    },
  });
  return { serverChannel, clientChannel, served, connected, internal, patches };
}

describe('the contract over a channel', () => {
  it('answers a call', async () => {
    const { connected } = setUp();
    expect(await connected.engine.getState()).toEqual({ version: 7 });
  });

  it('carries code, message and field of an error', async () => {
    const { connected } = setUp();
    await expect(connected.engine.setReuse('a' as AccountId, true)).rejects.toMatchObject({
      code: 'not-found',
      message: 'That account is gone.',
      field: 'id',
    });
  });

  it('tells nothing of an internal error but that it happened', async () => {
    const { connected, internal } = setUp();
    const error: unknown = await connected.engine.reconnectAll().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'internal' });
    expect(String(error)).not.toContain('secret detail');
    expect(internal).toHaveLength(1);
  });

  it('refuses arguments of a wrong type before they reach the engine', async () => {
    const { connected } = setUp();
    await expect(
      connected.engine.setReuse('a' as AccountId, 'yes' as unknown as boolean),
    ).rejects.toMatchObject({ code: 'invalid-input' });
  });

  it.each(['nonsense', '__proto__', 'constructor', 'toString'])(
    'answers the unknown method %s with an error',
    async (method) => {
      const { clientChannel, connected } = setUp();
      const answered = new Promise((resolve) => {
        clientChannel.listen(resolve);
      });
      clientChannel.post({ t: 'q', i: '1', m: method, a: [] });
      expect(await answered).toMatchObject({
        t: 's',
        i: '1',
        r: { ok: false, error: { code: 'unknown-method' } },
      });
      expect(await connected.engine.getState()).toEqual({ version: 7 });
    },
  );

  it.each([
    [null],
    ['text'],
    [42],
    [[]],
    [{}],
    [{ t: 'q' }],
    [{ t: 'q', i: 1, m: 'getState', a: [] }],
  ])('answers the malformed frame %j and goes on', async (frame) => {
    const { clientChannel, connected } = setUp();
    const answered = new Promise((resolve) => {
      clientChannel.listen(resolve);
    });
    clientChannel.post(frame);
    expect(await answered).toMatchObject({ t: 'rejected', error: { code: 'invalid-input' } });
    expect(await connected.engine.getState()).toEqual({ version: 7 });
  });

  it('refuses more calls at a time than it has room for, and has room again afterwards', async () => {
    const [serverChannel, clientChannel] = channelPair();
    const answers: (() => void)[] = [];
    const slow: Partial<EngineApi> = {
      getState: () => Promise.resolve({ version: 7 } as Snapshot),
      reconnectAll: () => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        // Failures give their place back as well.
        answers.push(
          answers.length === 0
            ? () => {
                reject(new Error('broken'));
              }
            : resolve,
        );
        return promise;
      },
    };
    serveEngine(serverChannel, slow as EngineApi, () => undefined);
    const { engine: client } = connectEngine(clientChannel, { patch: () => Promise.resolve() });
    const calls = Array.from({ length: MAX_CALLS_IN_FLIGHT }, () => client.reconnectAll());
    const settled = Promise.allSettled(calls);
    await expect(client.getState()).rejects.toMatchObject({ code: 'busy' });
    await expect(client.reconnectAll()).rejects.toMatchObject({ code: 'busy' });
    expect(answers).toHaveLength(MAX_CALLS_IN_FLIGHT);
    answers[0]?.();
    await expect(calls[0]).rejects.toMatchObject({ code: 'internal' });
    expect(await client.getState()).toEqual({ version: 7 });
    for (const answer of answers) answer();
    expect((await settled).filter(({ status }) => status === 'fulfilled')).toHaveLength(
      MAX_CALLS_IN_FLIGHT - 1,
    );
  });

  it('resolves a patch when the interface has applied it', async () => {
    const { served, patches } = setUp();
    await served.client.patch({ version: 8 });
    expect(patches).toEqual([{ version: 8 }]);
  });

  it('rejects what is still waiting when the channel closes', async () => {
    const [, clientChannel] = channelPair();
    const connected = connectEngine(clientChannel, { patch: () => Promise.resolve() });
    const call = connected.engine.getState();
    clientChannel.close();
    await expect(call).rejects.toMatchObject({ code: 'closed' });
    await connected.closed;
  });
});
