/** What a user can set for the whole program. Without the schemas, which the page does not load. */

import type { ProxyChoice } from './proxy.ts';

/** Light, dark, or whichever the system prefers. */
export const THEME_CHOICES = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof THEME_CHOICES)[number];

/** For how many days back the history can be kept. */
export const HISTORY_DAYS = [7, 30, 90, 365] as const;
export type HistoryDays = (typeof HISTORY_DAYS)[number];

/** The settings of the program; those of an account are part of the account. Every page has the same. */
export interface Settings {
  readonly theme: ThemeChoice;
  /** Desktop notifications for what needs the user. */
  readonly notifications: boolean;
  /** Older figures are deleted, from memory and disk. */
  readonly historyDays: HistoryDays;
  /** Sessions outlive the program, encrypted, for its next start. */
  readonly keepSessions: boolean;
  /** What is held when the machine moves to another network is forgotten. */
  readonly forgetOnNetworkChange: boolean;
  /** Settings for an address are asked for over the network; otherwise Reprise's own list answers alone. */
  readonly lookUpSettings: boolean;
  /** Columns of the connections table that are left out, by their ids. */
  readonly hiddenColumns: readonly string[];
  /** What notifications have told of, so that no page says it again: see `notification-events.ts`. */
  readonly notified: readonly string[];
  /** Which way the connections of all accounts go that have no choice of their own. */
  readonly proxy: ProxyChoice;
}

/** What holds until the user says otherwise: whatever asks for trust or attention is off. */
export const DEFAULT_SETTINGS: Settings = {
  theme: 'system',
  notifications: false,
  historyDays: 365,
  keepSessions: false,
  forgetOnNetworkChange: false,
  lookUpSettings: true,
  hiddenColumns: [],
  notified: [],
  proxy: { kind: 'none' },
};
