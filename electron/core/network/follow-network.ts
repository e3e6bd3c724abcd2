import type { Supervisor } from '../connections/index.ts';
import type { Log } from '../log/index.ts';
import type { SessionCache } from '../tls/index.ts';
import type { NetworkNews } from './network-watch.ts';

/** What news of the network is for. */
export interface NetworkFollowers {
  readonly supervisor: Pick<
    Supervisor,
    'setOnline' | 'clockMoved' | 'reopenAll' | 'moved' | 'lookAgain'
  >;
  readonly sessions: Pick<SessionCache, 'networkChanged'>;
  /** Forgets the sessions of all accounts, and says how many there were. */
  readonly forgetSessions: () => number;
  /** Whether sessions are not to be taken along to another network, as the setting is now. */
  readonly forgetsOnNetworkChange: () => boolean;
  readonly log: Log;
}

/**
 * Goes by the news: sessions first, so that whatever connects afterwards offers only what may be
 * offered on this network.
 */
export function followNetwork(followers: NetworkFollowers): (news: NetworkNews) => void {
  const { supervisor, sessions, log } = followers;
  let wasOnline = true;
  return ({ addresses, isOnline, hasSlept, clockMovedMs, isAnother }) => {
    if (clockMovedMs !== 0) supervisor.clockMoved(clockMovedMs);
    if (isAnother) {
      log.info('on another network');
      sessions.networkChanged();
      if (followers.forgetsOnNetworkChange()) {
        log.info(`${String(followers.forgetSessions())} sessions forgotten`);
      }
    }
    supervisor.setOnline(isOnline, addresses.inside);
    if (isOnline !== wasOnline) {
      log.info(isOnline ? 'online' : 'offline');
      wasOnline = isOnline;
    } else if (isOnline && hasSlept) {
      log.info('the machine slept: connecting afresh');
      supervisor.reopenAll();
    } else if (isOnline) {
      supervisor.moved(addresses.all);
    }
    supervisor.lookAgain();
  };
}
