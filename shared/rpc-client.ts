/** The interface's end of the contract. Needs no schema, so that the page loads none. */
import { createBirpc } from 'birpc';
import type { ClientApi, EngineApi } from './contract.ts';
import { RepriseError } from './errors.ts';
import { isFrame, type Answer, type Channel } from './channel.ts';

/** The interface's end of a channel: calls reject with {@link RepriseError} and nothing else. */
export interface ClientEnd {
  readonly engine: EngineApi;
  /** One call, by its name: what {@link ClientEnd.engine} is made of. */
  readonly call: (method: string, args: readonly unknown[]) => Promise<unknown>;
  readonly closed: Promise<void>;
  close(): void;
}

/** Calls the engine at the other end of `channel`, and hands its events to `client`. */
export function connectEngine(channel: Channel, client: ClientApi): ClientEnd {
  const rpc = createBirpc<Record<string, (...args: unknown[]) => Answer>, ClientApi, false>(
    client,
    {
      post: (frame: unknown) => {
        channel.post(frame);
      },
      on: (receive) => {
        channel.listen((frame) => {
          if (isFrame(frame)) receive(frame);
        });
      },
      // The engine bounds every call itself; a test of a slow server takes its time.
      timeout: -1,
      proxify: false,
    },
  );
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  channel.onClose(() => {
    if (!rpc.$closed) rpc.$close();
    resolve();
  });
  const call: ClientEnd['call'] = async (method, args) => {
    let result: Answer;
    try {
      result = await rpc.$call(method, ...args);
    } catch (cause) {
      throw new RepriseError(
        'closed',
        'Reprise is not answering: the connection to it is closed.',
        {
          cause,
        },
      );
    }
    if (result.ok) return result.value;
    throw RepriseError.fromData(result.error);
  };
  return {
    engine: callable(call),
    call,
    closed,
    close: () => {
      channel.close();
    },
  };
}

/** An object on which every name is a call: the engine knows which exist, and says so. */
export function callable(call: ClientEnd['call']): EngineApi {
  return new Proxy({} as EngineApi, {
    get: (_, method) =>
      // A promise that resolves to this object asks whether it is one itself.
      typeof method !== 'string' || method === 'then'
        ? undefined
        : (...args: unknown[]) => call(method, args),
  });
}
