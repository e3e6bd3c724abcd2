/** The program's settings, and the file that they lie in. */
import { z } from 'zod';
import { settingsSchema } from '../../../shared/inputs.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/settings.ts';
import { Durable, inMemory } from './durable.ts';
import { openStored, type StoredFormat } from './stored-file.ts';

/**
 * The format of `preferences.json`: a file of its own beside the accounts, so that damage to one of
 * the two never costs the other. Version 1, the first; a change adds a step to `migrations`.
 */
export const preferencesFormat: StoredFormat<Settings> = {
  fileName: 'preferences.json',
  what: 'Your settings',
  advice: 'Until you change them again, every setting is as in a new installation.',
  migrations: [],
  schema: z.object({
    ...settingsSchema.shape,
    // Not there in a file of 0.1.
    lookUpSettings: settingsSchema.shape.lookUpSettings.default(DEFAULT_SETTINGS.lookUpSettings),
    // What pages remember: not there in a file of 0.1, and no reason to give up the rest.
    hiddenColumns: settingsSchema.shape.hiddenColumns.catch([]),
    notified: settingsSchema.shape.notified.catch([]),
    // Not there before there was a choice. One that is damaged is not taken for none.
    proxy: settingsSchema.shape.proxy.default(DEFAULT_SETTINGS.proxy),
  }),
  empty: DEFAULT_SETTINGS,
};

/** Hears of a change, when it is on the disk; the change is over when what this returns is. */
export type SettingsListener = (now: Settings, before: Settings) => void | Promise<void>;

/** The settings in force. A change is on the disk before anything goes by it. */
export class SettingsService {
  readonly #durable: Durable<Settings>;
  readonly #listeners = new Set<SettingsListener>();

  constructor(durable: Durable<Settings>) {
    this.#durable = durable;
  }

  /** What holds now. */
  get current(): Settings {
    return this.#durable.value;
  }

  /**
   * Changes some of them, leaves the others, and resolves when every listener has done its part.
   *
   * @throws RepriseError `storage`; then nothing was changed. Or what a listener ended with
   */
  async change(change: Partial<Settings>): Promise<void> {
    let before = this.current;
    let now = before;
    // Changes may come while one is being written: each is told by what it changed itself.
    await this.#durable.change((settings) => {
      before = settings;
      now = { ...settings, ...change };
      return now;
    });
    // One that fails must not keep the others from hearing.
    await Promise.all([...this.#listeners].map(async (listener) => listener(now, before)));
  }

  /** Calls back at each change, until the function that it returns is called. */
  listen(listener: SettingsListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when nothing is waiting to be written. */
  settled(): Promise<void> {
    return this.#durable.settled();
  }
}

/** The settings of a data folder, and what the user should know about how they were found. */
export interface OpenedSettings {
  readonly settings: SettingsService;
  /** On a file that is damaged, unreadable or from a newer version. */
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}

/** Opens the settings of `dataDir`. Never rejects for what it finds there. */
export async function openSettings(dataDir: string, now: number): Promise<OpenedSettings> {
  const { durable, problem } = await openStored(dataDir, preferencesFormat, now);
  return {
    settings: new SettingsService(durable),
    problems: problem === null ? [] : [{ file: preferencesFormat.fileName, message: problem }],
  };
}

/** Settings that begin as in a new installation and are gone with the program. */
export function memorySettings(): OpenedSettings {
  const durable = new Durable<Settings>(DEFAULT_SETTINGS, () => '', inMemory);
  return { settings: new SettingsService(durable), problems: [] };
}
