import { describe, expect, it } from 'vitest';
import {
  dataFiles,
  deletedBefore,
  extentSentence,
  keepExplanation,
  lossSentence,
  notificationExplanation,
  notificationHint,
  readersSentence,
} from './words.ts';

const DAY = 24 * 60 * 60 * 1000;
const NOW = Date.UTC(2026, 10, 23, 12);
const extent = (daysAgo: number | null, sizeBytes: number | null = 2_340_000) => ({
  recordedSince: daysAgo === null ? null : NOW - daysAgo * DAY,
  sizeBytes,
});

describe('who may read the files', () => {
  it('is promised by modes where the system has them, and left to Windows where it has not', () => {
    expect(readersSentence({ hasFileModes: true })).toContain('closed to other users (mode 0700)');
    const windows = readersSentence({ hasFileModes: false });
    expect(windows).toContain('Reprise does not change that');
    expect(windows).not.toMatch(/mode|0600|0700|closed/);
  });
});

describe('a shorter history', () => {
  it('is asked about only where something would be deleted', () => {
    expect(deletedBefore(30, extent(31), NOW)).toBe(NOW - 30 * DAY);
    expect(deletedBefore(30, extent(29), NOW)).toBeNull();
    expect(deletedBefore(7, extent(null), NOW)).toBeNull();
  });

  it('says from when to when', () => {
    expect(lossSentence(NOW - 30 * DAY, extent(90))).toBe(
      'All figures from 25 Aug 2026 to 24 Oct 2026 will be deleted. They cannot be brought back.',
    );
  });

  it('is measured by what there is', () => {
    expect(extentSentence(extent(90))).toBe(
      'Recorded since 25 Aug 2026; takes 2.3 MB on disk, at most 100 MB.',
    );
    expect(extentSentence(extent(0, null))).toBe('Recorded since 23 Nov 2026, in memory only.');
    expect(extentSentence(extent(null, 0))).toBe('Nothing is recorded yet.');
  });
});

describe('what notifications are for', () => {
  it('says that a permission lasts for a run, where the address is new at each', () => {
    const again = 'Your browser asks again after each start';
    expect(notificationExplanation('reprise-0a.localhost:7993')).toContain(again);
    for (const lasting of ['127.0.0.1:7993', 'reprise']) {
      expect(notificationExplanation(lasting)).not.toContain(again);
    }
  });
});

describe('what stands in the way of notifications', () => {
  it('is nothing where they are allowed, or were not asked for', () => {
    expect(notificationHint(true, 'granted', 'host', '127.0.0.1:1')).toBeNull();
    expect(notificationHint(false, 'default', 'host', '127.0.0.1:1')).toBeNull();
  });

  it('is said with what to do, where it is done', () => {
    const inBrowser = notificationHint(false, 'denied', 'host', '127.0.0.1:7993');
    expect(inBrowser).toContain('127.0.0.1:7993');
    expect(inBrowser).toContain('then switch this on');
    expect(notificationHint(true, 'denied', 'host', 'h')).not.toContain('then switch this on');
    expect(notificationHint(true, 'denied', 'electron', 'h')).toContain('Your system blocks');
    expect(notificationHint(true, 'default', 'host', '127.0.0.1:7993')).toContain('not been asked');
    expect(notificationHint(false, 'unsupported', 'host', 'h')).toContain('another one');
  });
});

describe('keeping sessions', () => {
  it('is explained by what protects them, or why it cannot be', () => {
    expect(keepExplanation({ kind: 'os', backend: 'Keychain' })).toContain('(Keychain)');
    expect(keepExplanation({ kind: 'key-file', path: '/data/secrets.key' })).toContain(
      'Off by default here, because the key lies beside them, in /data/secrets.key',
    );
    expect(keepExplanation({ kind: 'memory' })).toContain('Not possible here');
  });
});

const names = (kind: 'os' | 'key-file' | 'memory') =>
  dataFiles(kind === 'os' ? { kind, backend: 'x' } : { kind, path: 'x' }).map(({ name }) => name);

describe('the files of the data folder', () => {
  it('are those that this protection leads to', () => {
    const always = ['accounts.json', 'preferences.json', 'history.sqlite'];
    expect(names('memory')).toEqual(always);
    expect(names('os')).toEqual(
      expect.arrayContaining([...always, 'secrets.json', 'oauth-clients.json']),
    );
    expect(names('os')).not.toContain('secrets.key');
    expect(names('key-file')).toEqual(
      expect.arrayContaining([...always, 'secrets.json', 'secrets.key', 'kept-sessions.bin']),
    );
  });
});
