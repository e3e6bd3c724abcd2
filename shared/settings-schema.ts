import { z } from 'zod';
import { HISTORY_DAYS, THEME_CHOICES, type Settings } from './settings.ts';

/** Every setting. */
export const settingsSchema = z.strictObject({
  theme: z.enum(THEME_CHOICES),
  notifications: z.boolean(),
  historyDays: z.literal(HISTORY_DAYS),
  keepSessions: z.boolean(),
  forgetOnNetworkChange: z.boolean(),
}) satisfies z.ZodType<Settings>;

const { theme, notifications, historyDays, keepSessions, forgetOnNetworkChange } =
  settingsSchema.shape;

/** Some of the settings: those to change. */
export const settingsChangeSchema = z.strictObject({
  theme: theme.exactOptional(),
  notifications: notifications.exactOptional(),
  historyDays: historyDays.exactOptional(),
  keepSessions: keepSessions.exactOptional(),
  forgetOnNetworkChange: forgetOnNetworkChange.exactOptional(),
}) satisfies z.ZodType<Partial<Settings>>;
