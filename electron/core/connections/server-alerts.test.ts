import { describe, expect, it } from 'vitest';
import type { AccountId, AppFacts, Totals } from '../../../shared/model.ts';
import type { Snapshot } from '../../../shared/state.ts';
import type { AccountSettings } from '../accounts/index.ts';
import { allIdle, allIdleAgain, folder, inputFor, start } from '../api/testing/engine.ts';
import { EngineState, NoticeBoard } from '../state/index.ts';
import { TestClock } from '../testing/clock.ts';
import { ALERTS_SHOWN, ServerAlerts } from './server-alerts.ts';
import { startLineServer } from '../demo/testing/index.ts';

const work = { id: 'a' as AccountId, label: 'Work', host: 'imap.example.org' } as AccountSettings;
const home = { ...work, id: 'b' as AccountId, label: 'Home' };

const lines = ({ notices }: Pick<Snapshot, 'notices'>): readonly (string | undefined)[] =>
  notices.map(({ serverLine }) => serverLine);

function board() {
  const state = new EngineState({} as AppFacts, {} as Totals);
  const notices = new NoticeBoard(state, new TestClock());
  const shown = (): (string | undefined)[] =>
    state.list('notices').map(({ serverLine }) => serverLine);
  return { state, notices, shown, alerts: new ServerAlerts(notices) };
}

describe('what a server wants people to see', () => {
  it('is shown once for an account, however often it is said', () => {
    const { state, alerts } = board();
    for (let time = 0; time < 3; time += 1) alerts.said(work, 'Down on Sunday');
    alerts.said(home, 'Down on Sunday');
    expect(state.list('notices')).toMatchObject([
      { message: 'imap.example.org has a message for Work.', serverLine: 'Down on Sunday' },
      { message: 'imap.example.org has a message for Home.', serverLine: 'Down on Sunday' },
    ]);
  });

  it('is not shown again once it was taken away', () => {
    const { state, notices, alerts, shown } = board();
    alerts.said(work, 'Down on Sunday');
    for (const { id } of state.list('notices')) notices.dismiss(id);
    alerts.said(work, 'Down on Sunday');
    expect(shown()).toEqual([]);
  });

  it('is no flood: the latest few stay', () => {
    const { alerts, shown } = board();
    const texts = Array.from({ length: 100 }, (_, index) => `Alert ${index}`);
    for (const text of texts) alerts.said(work, text);
    expect(shown()).toEqual(texts.slice(-ALERTS_SHOWN));
  });

  it('goes with its account', () => {
    const { alerts, shown } = board();
    alerts.said(work, 'Down on Sunday');
    alerts.said(home, 'Down on Monday');
    alerts.forget(work.id);
    expect(shown()).toEqual(['Down on Monday']);
  });

  it('reaches the page, without secrets and with what hides in it, until it is dismissed', async () => {
    await using imap = await startLineServer({
      greeting: '* OK [ALERT] Password a-good-password \u202Eexpires',
      answers: { NAMESPACE: '* NO [ALERT] Disk full\r\n~ OK done' },
    });
    const { engine, until, state } = await start(await folder());
    const { id } = await engine.addAccount(inputFor(imap, { mailboxes: ['INBOX', 'Sent'] }));
    await until((now) => allIdle(2)(now) && now.notices.length === 2);
    expect(lines(state())).toEqual(['Password (hidden) <U+202E>expires', 'Disk full']);
    for (const notice of state().notices) await engine.dismissNotice(notice.id);
    await until(({ notices }) => notices.length === 0);
    const before = state();
    await engine.reconnectAccount(id);
    await until(allIdleAgain(before));
    imap.say('* OK [ALERT] Going down');
    await until(({ notices }) => notices.length === 1);
    expect(lines(state())).toEqual(['Going down']);
  });
});
