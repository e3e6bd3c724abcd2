import {
  keptSessionsFile,
  machineName,
  type SecretProtector,
  type SettingsService,
} from './storage/index.ts';
import type { Clock } from './clock.ts';
import type { Log } from './log/log.ts';
import type { NetworkWatch } from './network/network-watch.ts';
import { KEPT_ENGINE, KeptSessions, type SessionCache } from './tls/index.ts';

/**
 * Keeps the sessions of `cache` in `dataDir` from one run to the next, for as long as the setting
 * says so, beginning with those of the last run. Never rejects.
 */
export async function keepSessions(
  cache: SessionCache,
  settings: SettingsService,
  deps: {
    readonly dataDir: string;
    readonly protector: SecretProtector;
    readonly network: Pick<NetworkWatch, 'places'>;
    readonly clock: Clock;
    readonly log: Log;
  },
): Promise<KeptSessions> {
  const { dataDir, network, ...others } = deps;
  const kept = new KeptSessions({
    ...others,
    cache,
    file: keptSessionsFile(dataDir),
    home: { engine: KEPT_ENGINE, machine: await machineName() },
    network: () => network.places,
    staysOnNetwork: () => settings.current.forgetOnNetworkChange,
  });
  cache.keepBy(kept);
  await kept.load(settings.current.keepSessions);
  settings.listen((now, before) =>
    now.keepSessions === before.keepSessions ? undefined : kept.setWanted(now.keepSessions),
  );
  return kept;
}
