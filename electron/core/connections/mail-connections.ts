import { Supervisor, type SupervisorDeps } from './index.ts';
import { isSimulated } from '../demo/simulated-accounts.ts';
import { SimulatedConnections } from '../demo/simulated-connections.ts';

/** The connections of all accounts, as the rest of the engine uses them. */
export type MailConnections = Pick<
  Supervisor,
  | 'watch'
  | 'unwatch'
  | 'reconnect'
  | 'reconnectAccount'
  | 'reconnectAll'
  | 'setOnline'
  | 'reopenAll'
  | 'moved'
  | 'detail'
  | 'close'
>;

/**
 * Real connections, and beside them simulated ones where a rate is given: an account has the one
 * kind or the other, by its server.
 *
 * @param simulatedRate handshakes in a second; `null` to simulate nothing
 */
export function mailConnections(
  deps: SupervisorDeps,
  simulatedRate: number | null,
): MailConnections {
  const real = new Supervisor(deps);
  if (simulatedRate === null) return real;
  const simulated = new SimulatedConnections({ ...deps, rate: simulatedRate });
  return {
    watch: (account) => {
      const [one, other] = isSimulated(account.settings) ? [simulated, real] : [real, simulated];
      // Its server may have been of the other kind before.
      void other.unwatch(account.settings.id);
      one.watch(account);
    },
    unwatch: async (id) => {
      await Promise.all([real.unwatch(id), simulated.unwatch(id)]);
    },
    // An id that is not theirs is nothing to them.
    reconnect: (id) => {
      real.reconnect(id);
      simulated.reconnect(id);
    },
    reconnectAccount: (id) => {
      real.reconnectAccount(id);
      simulated.reconnectAccount(id);
    },
    reconnectAll: () => {
      real.reconnectAll();
      simulated.reconnectAll();
    },
    // What is simulated needs no network.
    setOnline: (isOnline) => {
      real.setOnline(isOnline);
    },
    reopenAll: () => {
      real.reopenAll();
    },
    moved: (addresses) => {
      real.moved(addresses);
    },
    detail: (id) => real.detail(id) ?? simulated.detail(id),
    close: async () => {
      await Promise.all([real.close(), simulated.close()]);
    },
  };
}
