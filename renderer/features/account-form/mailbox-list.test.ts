import { describe, expect, it } from 'vitest';
import {
  formatMailboxes,
  isSameMailbox,
  parseMailboxes,
  sortedMailboxes,
  toggleMailbox,
} from './mailbox-list.ts';

describe('the mailboxes to watch', () => {
  it.each([
    ['INBOX', ['INBOX']],
    ['INBOX, Sent ,, Archive', ['INBOX', 'Sent', 'Archive']],
    ['INBOX\r\n\r\n Sent \nLists/a, b', ['INBOX', 'Sent', 'Lists/a, b']],
    ['Travel, 2026\n', ['Travel, 2026']],
    [' \n ', []],
    ['', []],
  ])('are read from %j', (text, names) => {
    expect(parseMailboxes(text)).toEqual(names);
  });

  it.each([[['INBOX']], [['INBOX', 'Sent']], [['Travel, 2026']], [['a, b', 'c']], [[]]])(
    'are read as they were written: %j',
    (names) => {
      expect(parseMailboxes(formatMailboxes(names))).toEqual(names);
    },
  );

  it('gain and lose one by choice', () => {
    expect(toggleMailbox('INBOX, Sent', 'Archive', true)).toBe('INBOX\nSent\nArchive');
    expect(toggleMailbox('INBOX, Sent', 'Sent', false)).toBe('INBOX');
    expect(toggleMailbox('inbox', 'INBOX', true)).toBe('INBOX');
  });

  it('are told apart by case, but for INBOX', () => {
    expect(isSameMailbox('inbox', 'INBOX')).toBe(true);
    expect(isSameMailbox('sent', 'Sent')).toBe(false);
  });

  it('are offered with INBOX first, then by name', () => {
    const names = ['Work', 'Folder 10', 'Archive', 'Folder 2', 'Inbox'];
    expect(sortedMailboxes(names)).toEqual(['Inbox', 'Archive', 'Folder 2', 'Folder 10', 'Work']);
  });
});
