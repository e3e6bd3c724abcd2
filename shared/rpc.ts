/**
 * The contract over any channel: a MessagePort in Electron, a WebSocket in the host, an in-memory
 * pair in tests. birpc carries the calls; this file is the engine's end: it guards frames before
 * birpc, validates arguments once, and sends errors as data.
 */
import { createBirpc } from 'birpc';
import type { z } from 'zod';
import { contract, type ClientApi, type EngineApi, type Method } from './contract.ts';
import { RepriseError, type ErrorData } from './errors.ts';
import { isFrame, type Answer, type Channel } from './channel.ts';

import { allVisible } from './visible.ts';
export type { Channel } from './channel.ts';
export { connectEngine, type ClientEnd } from './rpc-client.ts';

/**
 * More calls than this at a time are refused, on each channel. An interface has a handful under way;
 * some calls hold a connection to a mail server until they are answered.
 */
export const MAX_CALLS_IN_FLIGHT = 64;

/** Sent in answer to a frame that is no call: there is no id to answer to. */
interface RejectedFrame {
  readonly t: 'rejected';
  readonly error: ErrorData;
}

const noFrame: RejectedFrame = {
  t: 'rejected',
  error: {
    code: 'invalid-input',
    message:
      'This frame is not a call. A call is { "t": "q", "i": id, "m": method, "a": [arguments] }.',
  },
};

const tooMany: ErrorData = {
  code: 'busy',
  message: `Reprise is still at work on ${MAX_CALLS_IN_FLIGHT} other requests. Wait for some of them, then try again.`,
};

/** The engine's end of a channel. */
export interface EngineEnd {
  readonly client: ClientApi;
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * Answers calls from `channel` with `api`.
 *
 * @param onInternalError hears of errors that the user is told nothing about but that they happened
 */
export function serveEngine(
  channel: Channel,
  api: EngineApi,
  onInternalError: (error: unknown, method: Method) => void,
): EngineEnd {
  let inFlight = 0;
  const answerWithinLimit = async (method: string, args: readonly unknown[]): Promise<Answer> => {
    if (inFlight >= MAX_CALLS_IN_FLIGHT) return failure(tooMany);
    inFlight += 1;
    try {
      return await answer(method, args, api, onInternalError);
    } finally {
      inFlight -= 1;
    }
  };
  const rpc = createBirpc<ClientApi, Record<string, never>, false>(
    {},
    {
      post: (frame: unknown) => {
        channel.post(frame);
      },
      on: (receive) => {
        channel.listen((frame) => {
          if (isFrame(frame)) receive(frame);
          else channel.post(noFrame);
        });
      },
      resolver:
        (method) =>
        (...args) =>
          answerWithinLimit(method, args),
      // A client may take its time: the next patch waits for it, and nothing piles up.
      timeout: -1,
      proxify: false,
    },
  );
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  channel.onClose(() => {
    if (!rpc.$closed) rpc.$close();
    resolve();
  });
  return {
    client: { patch: (patch) => rpc.$call('patch', patch) },
    closed,
    close: () => {
      channel.close();
    },
  };
}

async function answer(
  method: string,
  args: readonly unknown[],
  api: EngineApi,
  onInternalError: (error: unknown, method: Method) => void,
): Promise<Answer> {
  if (!isMethod(method)) {
    return failure({ code: 'unknown-method', message: `There is no call named "${method}".` });
  }
  const parsed = contract[method].arguments.safeParse(args);
  if (!parsed.success) return failure(describe(method, parsed.error));
  try {
    const implementation = api[method] as (...args: unknown[]) => Promise<unknown>;
    return { ok: true, value: await implementation.apply(api, parsed.data as unknown[]) };
  } catch (error) {
    if (error instanceof RepriseError) return failure(allVisible(error.toData()));
    onInternalError(error, method);
    return failure({
      code: 'internal',
      message: 'Something went wrong inside Reprise. The log has the details; please try again.',
    });
  }
}

function isMethod(method: string): method is Method {
  return Object.hasOwn(contract, method);
}

function failure(error: ErrorData): Answer {
  return { ok: false, error };
}

/** The first thing wrong with a call's arguments; the values themselves are never repeated. */
function describe(method: Method, error: z.ZodError): ErrorData {
  const issue = error.issues[0];
  const message = issue?.message ?? 'invalid';
  const path = issue?.path.slice(1).filter((key) => typeof key === 'string') ?? [];
  const field = path[0];
  return field === undefined
    ? { code: 'invalid-input', message: `The arguments of "${method}" do not fit: ${message}.` }
    : { code: 'invalid-input', message, field };
}
