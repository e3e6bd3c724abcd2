/**
 * The format of `preferences.json`: the program's settings. It is a file of its own beside the
 * accounts, so that damage to one of the two never costs the other.
 */
import { z } from 'zod';
import { settingsSchema } from '../../../shared/settings-schema.ts';
import { DEFAULT_SETTINGS, type Settings } from '../../../shared/settings.ts';
import type { StoredFormat } from './stored-file.ts';

/** Version 1, the first; a change of the format adds a step to `migrations`. */
export const preferencesFormat: StoredFormat<Settings> = {
  fileName: 'preferences.json',
  what: 'Your settings',
  advice: 'Until you change them again, every setting is as in a new installation.',
  migrations: [],
  schema: z.object(settingsSchema.shape),
  empty: DEFAULT_SETTINGS,
};
