/** Builds the engine out of its services, and answers the contract on every channel. */
import { join } from 'node:path';
import type { EngineApi } from '../../shared/contract.ts';
import type { Account, AppFacts } from '../../shared/model.ts';
import { serveEngine, type Channel } from '../../shared/rpc.ts';
import type { ThemeChoice } from '../../shared/settings.ts';
import {
  AuthorityWatch,
  memoryBook,
  openAccountBook,
  startNodeReader,
  type OpenedBook,
  type StartReader,
} from './accounts/index.ts';
import {
  ChosenProtector,
  keptSessionsFile,
  type KeyFileProtector,
  machineName,
  memorySettings,
  openSettings,
  type SecretProtector,
  type SettingsService,
} from './storage/index.ts';
import { Agreement, createCalls } from './api/index.ts';
import { CheckDesk } from './server-check/index.ts';
import { systemClock, type Clock } from './clock.ts';
import {
  Supervisor,
  WatchList,
  type MailConnections,
  type PasswordOf,
  type SupervisorDeps,
} from './connections/index.ts';
import { DemoAccounts, startDemoServers, type StartServers } from './demo/index.ts';
import {
  History,
  lineOf,
  Measures,
  measurementsOf,
  refreshTotals,
  rowOf,
  Tally,
} from './history/index.ts';
import {
  hopsOfEnvironment,
  memoryProxyPasswords,
  OF_PROGRAM,
  openProxyPasswords,
  Ways,
  type Way,
} from './proxy/index.ts';
import { redactedLog, Redaction, type Log } from './log/index.ts';
import {
  followNetwork,
  NetworkWatch,
  thisMachine,
  type Machine,
  type PowerEvents,
} from './network/index.ts';
import {
  NoticeBoard,
  passwordNotice,
  passwordUnusable,
  EngineState,
  SnapshotStream,
} from './state/index.ts';
import { Grants, memoryClients, openClients, Requests, SignIns, TokenDesk } from './oauth/index.ts';
import { SetUp, theInternet, type Internet } from './set-up/index.ts';
import { WatchDesk } from './your-client/index.ts';
import { LabDesk } from './your-client/lab/index.ts';
import { KEPT_ENGINE, KeptSessions, normalName, type SessionCache } from './tls/index.ts';

/** What a shell gives to the engine. */
export interface AppDeps {
  readonly version: string;
  readonly shell: 'electron' | 'host';
  /** Where settings and secrets lie; made when something is first saved. */
  readonly dataDir: string;
  /** Sentences on what in it was open to other users until now. */
  readonly repaired?: readonly string[];
  readonly protector: SecretProtector;
  /** What the user may agree to where `protector` keeps secrets in memory only. */
  readonly keyFile?: KeyFileProtector | null;
  readonly log: Log;
  readonly clock?: Clock;
  /** Asked for the network; the one that this runs on by default. */
  readonly machine?: Machine;
  /** Tells of sleep, where the system does; without it the clocks tell. */
  readonly power?: PowerEvents;
  /** Where settings for an address are looked up; the internet by default. */
  readonly internet?: Internet;
  /** Starts the process that reads the system's authorities; a child of this Node by default. */
  readonly startReader?: StartReader;
  /** The proxies that the system says; by default those of the environment's variables. */
  readonly systemProxies?: Way;
  /** Nothing of the user's is read or written; the demo servers start at once. */
  readonly demoOnly?: boolean;
  /** Connects to the servers of the accounts; a bench has something else in its place. */
  readonly connections?: (deps: SupervisorDeps) => MailConnections;
  /** What the demo's accounts are on. */
  readonly demoServers?: StartServers;
}

/** The running engine. */
export interface App {
  /** Answers the contract on this channel until it closes. */
  attach(channel: Channel): void;
  /** Which theme is chosen, for a page that is not connected yet. */
  theme(): ThemeChoice;
  /** Whether somebody signs in there, for a sign-in that waits for it: of pages, it may be opened outside. */
  isSignInPage(url: string): boolean;
  /** Says on every page what the program around the engine has noticed; once for each `id`. */
  warn(id: string, message: string): void;
  /** Logs out everywhere, waits for what is being written and closes; ends within 3 s. */
  close(): Promise<void>;
}

/** In the data folder. */
const HISTORY_FILE = 'history.sqlite';

/** The end must not wait for a disk or a server that does not answer. */
const CLOSE_WITHIN_MS = 2_800;

/**
 * Starts the engine: connects every account that is not paused.
 *
 * @throws RepriseError `internal` when `demoOnly` is set and the demo servers cannot be started.
 *   What is wrong in the data folder is no error: it is said by a notice.
 */
export async function createApp(deps: AppDeps): Promise<App> {
  const { clock = systemClock, demoOnly = false } = deps;
  const redaction = new Redaction();
  const log = redactedLog(deps.log, redaction);
  const measures = new Measures();
  const tally = new Tally(() => clock.now(), measures);
  const { settings, problems: settingsProblems } = demoOnly
    ? memorySettings()
    : await openSettings(deps.dataDir, clock.now());
  const state = new EngineState(factsOf(deps), tally.totals(), settings.current);
  settings.listen((now) => {
    state.set('settings', now);
  });
  const notices = new NoticeBoard(state, clock);

  const protector = new ChosenProtector(deps.protector);
  const {
    book: own,
    isComplete,
    problems,
  }: OpenedBook = demoOnly
    ? { book: memoryBook(), isComplete: false, problems: [] }
    : await openAccountBook(deps.dataDir, protector, clock.now(), (id, why) => {
        if (why.kind === 'unreadable') log.error('a stored password cannot be read', why.error);
        const account = state.find('accounts', id) ?? NAMELESS;
        notices.post(passwordNotice(id), 'error', passwordUnusable(account, why));
      });
  const repaired = (deps.repaired ?? []).map((message, index) => ({
    file: `data-folder:${String(index)}`,
    message,
  }));
  const owners = new Set([OF_PROGRAM, ...own.accounts.list().map(({ id }) => id)]);
  const { passwords: proxyPasswords, problems: proxyProblems } = demoOnly
    ? { passwords: memoryProxyPasswords(protector), problems: [] }
    : await openProxyPasswords(deps.dataDir, protector, clock.now(), isComplete ? owners : null);
  const { clients, problems: clientProblems } = demoOnly
    ? { clients: memoryClients(protector, redaction), problems: [] }
    : await openClients(deps.dataDir, protector, clock.now(), redaction);
  clients.follow((list) => {
    const gone = new Set(state.list('oauthClients').map(({ id }) => id));
    for (const client of list) {
      gone.delete(client.id);
      state.put('oauthClients', client);
    }
    for (const id of gone) state.remove('oauthClients', id);
  });
  for (const { file, message } of [
    ...settingsProblems,
    ...problems,
    ...proxyProblems,
    ...clientProblems,
    ...repaired,
  ]) {
    log.warn(message);
    notices.post(file, 'error', message);
  }
  const agreement = new Agreement({
    state,
    notices,
    book: own,
    storeOthers: [proxyPasswords, clients].map(
      (others) => (next) => others.moveTo(deps.dataDir, next, clock.now()),
    ),
    protector,
    keyFile: demoOnly ? null : (deps.keyFile ?? null),
  });
  if (!demoOnly) agreement.announce();

  const passwordOf: PasswordOf = async (account) => {
    // What is stored for it is no password.
    if (account.signIn.kind === 'oauth') return null;
    const password = await own.passwordFor(account);
    if (password !== null) redaction.hide(account.id, password);
    return password;
  };
  const { systemProxies = environmentProxies } = deps;
  const ways = new Ways({
    program: () => settings.current.proxy,
    system: async (to) => {
      const hops = await systemProxies(to);
      for (const hop of hops)
        if ('signIn' in hop && hop.signIn !== null)
          redaction.hide(`proxy:${hop.host}:${hop.port}`, hop.signIn.password);
      return hops;
    },
    password: async (owner, place) => {
      const password = await proxyPasswords.get(owner, place);
      if (password !== null) redaction.hide(`proxy:${owner}`, password);
      return password;
    },
  });
  const history = new History({
    path: demoOnly ? null : join(deps.dataDir, HISTORY_FILE),
    keptDays: settings.current.historyDays,
    clock,
    measures,
    notices,
    log,
  });
  settings.listen((now, before) =>
    now.historyDays === before.historyDays ? undefined : history.keep(now.historyDays),
  );
  const { dataDir, machine = thisMachine, power = null } = deps;
  const network = new NetworkWatch({ clock, machine, power });
  const totals = refreshTotals(state, tally, clock);
  const { internet = theInternet } = deps;
  const requests = new Requests(internet, clock);
  const tokens = new TokenDesk({
    book: own,
    clients,
    requests,
    wayOf: ({ id, proxy }) => ways.of(id, proxy),
    clock,
    redaction,
    log,
  });
  const signIns = new SignIns({ state, clients, requests, clock, redaction, log });
  const grants = new Grants(clock);
  /** Counts that wait for what earlier runs measured; `null` when that is known. */
  let waiting: (() => void)[] | null = history.isThere ? [] : null;
  const countWaiting = (): void => {
    const counts = waiting ?? [];
    waiting = null;
    for (const count of counts) count();
  };
  const watchList = new WatchList({
    state,
    tally,
    clock,
    notices,
    ways,
    connections: deps.connections ?? ((wanted) => new Supervisor(wanted)),
    tokens,
    strayPasswordOf: (account) => own.strayPasswordOf(account),
    network: () => network.places,
    whenMeasured: (count) => {
      if (waiting === null) count();
      else waiting.push(count);
    },
    record: (attempt, { label, demo }, counted) => {
      // The demo's accounts leave nothing behind.
      if (demoOnly || !demo) history.record(rowOf(attempt, label, counted), counted.measured);
    },
  });
  // Not waited for: connecting does not depend on it. What happens meanwhile is recorded later.
  if (history.isThere) {
    void addRecorded(history, tally, log, () => {
      countWaiting();
      totals.show();
      watchList.showStrips();
    });
  }
  const kept = demoOnly
    ? null
    : await keepSessions(watchList.sessions, settings, {
        dataDir,
        protector,
        network,
        clock,
        log,
      });
  const demo = new DemoAccounts(watchList, clock, deps.demoServers ?? startDemoServers);
  const checks = new CheckDesk(state, clock, (target, handshakes) => {
    const measured = handshakes.flatMap(({ isResumed, ms, ...facts }) =>
      measurementsOf({
        line: lineOf({ ...target, ...facts, network: network.places }),
        isResumed,
        tlsUs: Math.round(ms * 1000),
        // Its ClientHello is one of its own, of another length.
        bytes: null,
      }),
    );
    measures.add(measured);
    totals.show();
    // The demo leaves nothing behind, nor does a look at a server that no account is on.
    const isOn = ({ host, port }: Account) =>
      normalName(host) === normalName(target.host) && port === target.port;
    const accounts = state.list('accounts').filter(isOn);
    if (accounts.some(({ demo }) => demoOnly || !demo)) history.measure(measured);
  });
  const watches = new WatchDesk(state, clock, log);
  const labs = new LabDesk({ state, clock, log, folder: dataDir });
  const authorities = new AuthorityWatch({
    clock,
    log,
    start: deps.startReader ?? startNodeReader,
    onChange: () => {
      const forgotten = watchList.sessions.authoritiesChanged();
      if (forgotten > 0) log.info(`${String(forgotten)} sessions forgotten`);
      watchList.supervisor.authoritiesChanged();
    },
  });
  const setUp = new SetUp({
    clock,
    internet,
    way: () => ways.program,
    mayLookUp: () => settings.current.lookUpSettings,
    isOnline: () => network.isOnline,
  });
  const calls = createCalls({
    state,
    watchList,
    own,
    agreement,
    passwordOf,
    demo,
    history,
    checks,
    watches,
    labs,
    authorities,
    setUp,
    network,
    notices,
    settings,
    ways,
    proxyPasswords,
    signIns,
    grants,
    clients,
    tokens,
    forgotten: async () => kept?.settled(),
    redaction,
    log,
    clock,
  });
  // Before anything connects: without a network nothing is tried.
  const follow = followNetwork({
    supervisor: watchList.supervisor,
    sessions: watchList.sessions,
    forgetSessions: () => watchList.forgetAllSessions(),
    forgetsOnNetworkChange: () => settings.current.forgetOnNetworkChange,
    log,
  });
  network.follow((news) => {
    // Before anything connects by it.
    tokens.networkChanged();
    follow(news);
    // While it slept, no half hour ended.
    if (news.hasSlept) void authorities.read();
  });
  for (const account of own.accounts.list()) watchList.start(account, false, passwordOf);
  kept?.loaded();
  if (demoOnly) await calls.startDemo();

  const channels = new Set<Channel>();
  let closing: Promise<void> | null = null;

  const attach = (channel: Channel): void => {
    if (closing !== null) {
      channel.close();
      return;
    }
    channels.add(channel);
    const api: EngineApi = { ...calls, getState: () => Promise.resolve(stream.open()) };
    const end = serveEngine(channel, api, (error, method) => {
      log.error(`the call ${method} failed`, error);
    });
    const stream = new SnapshotStream(state, end.client, clock);
    channel.onClose(() => {
      stream.close();
      channels.delete(channel);
    });
  };

  const shutDown = async (): Promise<void> => {
    checks.close();
    setUp.close();
    signIns.close();
    grants.close();
    tokens.close();
    for (const channel of channels) channel.close();
    totals.close();
    network.close();
    authorities.close();
    const loggedOut = watchList.close();
    // Nobody connects any more. A server that is slow to say goodbye must not cost the sessions.
    const written = kept?.close();
    try {
      await loggedOut;
    } finally {
      countWaiting();
      // What a refresh brings is to be written as well.
      await tokens.settled();
      await Promise.all([
        own.settled(),
        clients.settled(),
        settings.settled(),
        proxyPasswords.settled(),
        written,
        demo.close(),
        watches.close(),
        labs.close(),
        history.close(),
      ]);
    }
  };

  return {
    attach,
    theme: () => settings.current.theme,
    isSignInPage: (page) =>
      state
        .list('signIns')
        .some(
          ({ phase, url, verificationUri }) =>
            phase === 'waiting' && (page === url || page === verificationUri),
        ),
    warn: (id, message) => {
      notices.post(id, 'error', message);
    },
    close: () => {
      closing ??= within(CLOSE_WITHIN_MS, shutDown(), clock);
      return closing;
    },
  };
}

/** One that is not shown yet, or any more. */
const NAMELESS = { label: 'an account', signIn: { kind: 'password' } } as const;

const environmentProxies: Way = (to) => Promise.resolve(hopsOfEnvironment(process.env, to));

/**
 * Keeps the sessions of `cache` in `dataDir` from one run to the next, for as long as the setting
 * says so, beginning with those of the last run. Never rejects.
 */
async function keepSessions(
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

/** Adds the last 24 hours of earlier runs to the totals and strips. Never rejects. */
async function addRecorded(
  history: History,
  tally: Tally,
  log: Log,
  show: () => void,
): Promise<void> {
  try {
    tally.addRecorded(...(await history.recorded()));
  } catch (error) {
    log.error('the last 24 hours could not be read from the history', error);
  }
  show();
}

/** Resolves with `work`, or after `limitMs` without it. @throws what `work` throws before that */
async function within(limitMs: number, work: Promise<void>, clock: Clock): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = clock.after(limitMs, resolve);
  try {
    await Promise.race([work, late]);
  } finally {
    timer.cancel();
  }
}

function factsOf({ version, shell, dataDir, protector, demoOnly = false }: AppDeps): AppFacts {
  return {
    version,
    shell,
    engine: engineName(process.versions),
    dataDir,
    hasFileModes: process.platform !== 'win32',
    // Without anything on disk there is nothing that could be protected better.
    protection: demoOnly ? { kind: 'memory' } : protector.protection,
    demo: false,
    demoOnly,
  };
}

/** Electron's Node is built on BoringSSL, whose number Node does not know. */
function engineName(versions: Readonly<Partial<Record<string, string>>>): string {
  const electron = versions['electron'];
  return electron === undefined
    ? `Node ${versions['node'] ?? ''}, OpenSSL ${versions['openssl'] ?? ''}`
    : `Electron ${electron}, BoringSSL`;
}
