import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { memorySettings } from './preferences.ts';

describe('a change of settings', () => {
  it('is told as it follows the one before, also when both came at once', async () => {
    const { settings } = memorySettings();
    const told: [boolean, boolean][] = [];
    settings.listen((now, before) => {
      told.push([before.keepSessions, now.keepSessions]);
    });
    const first = settings.change({ keepSessions: true });
    const second = settings.change({ keepSessions: false });
    await Promise.all([first, second]);
    expect(told).toEqual([
      [false, true],
      [true, false],
    ]);
  });

  it('waits for its listeners, and no other change does', async () => {
    const { settings } = memorySettings();
    const done: string[] = [];
    const { promise: shortened, resolve } = Promise.withResolvers<void>();
    settings.listen((now, before) =>
      now.historyDays === before.historyDays ? undefined : shortened,
    );
    const slow = settings.change({ historyDays: 7 }).then(() => done.push('history'));
    await settings.change({ theme: 'dark' });
    await turn();
    done.push('theme');
    resolve();
    await slow;
    expect(done).toEqual(['theme', 'history']);
  });
});
