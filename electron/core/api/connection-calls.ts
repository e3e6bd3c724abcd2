import type { EngineApi } from '../../../shared/contract.ts';
import { RepriseError } from '../../../shared/errors.ts';
import type { Connection, ConnectionId } from '../../../shared/model.ts';
import type { CallContext } from './call-context.ts';

/** The calls about connections that there are. */
export type ConnectionCalls = Pick<
  EngineApi,
  | 'reconnect'
  | 'reconnectAccount'
  | 'reconnectAll'
  | 'takeForOnline'
  | 'getOpensslCommand'
  | 'getConnection'
>;

/** Answers for connections: made anew, or looked at. */
export function createConnectionCalls(context: CallContext): ConnectionCalls {
  const { state, watchList, authorities, network, tokens, turn, ownerOf } = context;
  const { supervisor } = watchList;

  const mustBeConnection = (id: ConnectionId): void => {
    if (state.find('connections', id) === undefined) throw connectionNotFound();
  };

  /** Where one of those can be reconnected, there is something to do. */
  const mustHaveNetwork = (isMeant: (connection: Connection) => boolean): void => {
    const meant = state.list('connections').filter(isMeant);
    if (meant.length > 0 && meant.every((connection) => connection.state.kind === 'offline')) {
      throw new RepriseError(
        'offline',
        'This machine has no network, as far as it tells. Reprise connects by itself as soon as there is one.',
      );
    }
  };

  /** Who reconnects after such a verdict may just have made the system trust another authority. */
  const readAuthorities = (isMeant: (connection: Connection) => boolean): void => {
    if (state.list('connections').some((one) => isMeant(one) && isUntrusted(one)))
      void authorities.read();
  };

  /** Whoever reconnects may have mended what an issuer refused, or knows that it answers again. */
  const askIssuers = (isMeant: (connection: Connection) => boolean): void => {
    for (const one of state.list('connections')) if (isMeant(one)) tokens.tryNow(one.accountId);
  };

  return {
    reconnect: (id) =>
      turn(() => {
        mustBeConnection(id);
        mustHaveNetwork((connection) => connection.id === id);
        readAuthorities((connection) => connection.id === id);
        askIssuers((connection) => connection.id === id);
        supervisor.reconnect(id);
      }),

    reconnectAccount: (id) =>
      turn(() => {
        ownerOf(id);
        mustHaveNetwork(({ accountId }) => accountId === id);
        readAuthorities(({ accountId }) => accountId === id);
        tokens.tryNow(id);
        supervisor.reconnectAccount(id);
      }),

    reconnectAll: () =>
      turn(() => {
        mustHaveNetwork(() => true);
        readAuthorities(() => true);
        askIssuers(() => true);
        supervisor.reconnectAll();
      }),

    takeForOnline: () =>
      turn(() => {
        network.insist();
      }),

    getOpensslCommand: (id) => {
      const connection = state.find('connections', id);
      const command = connection === undefined ? null : watchList.opensslCommand(connection);
      return command === null ? Promise.reject(connectionNotFound()) : Promise.resolve(command);
    },

    getConnection: (id) => {
      const detail = supervisor.detail(id);
      return detail === null ? Promise.reject(connectionNotFound()) : Promise.resolve(detail);
    },
  };
}

function isUntrusted({ state }: Connection): boolean {
  return 'problem' in state && state.problem.code === 'certificate-untrusted';
}

function connectionNotFound(): RepriseError {
  return new RepriseError(
    'not-found',
    'This connection is no longer there. Its account or mailbox may have been removed.',
  );
}
