import type { NamespacesObject } from 'imapflow';
import { describe, expect, it } from 'vitest';
import { listedName, ownName, wireNames } from './mailbox-names.ts';

describe('a name on the wire', () => {
  it.each([
    ['INBOX', ['INBOX']],
    ['inbox', ['INBOX']],
    ['Public.team', ['Public.team']],
    ['inbox/sub', ['inbox/sub']],
    [' Two  spaces ', [' Two  spaces ']],
    [String.raw`\"*%{5}`, [String.raw`\"*%{5}`]],
    // What is no modified UTF-7 can only be the raw name of a server that knows nothing of it.
    ['R&D', ['R&-D', 'R&D']],
    ['R&D-x', ['R&-D-x', 'R&D-x']],
    ['Entwürfe', ['Entw&APw-rfe', 'Entwürfe']],
    ['日本語', ['&ZeVnLIqe-', '日本語']],
    ['😀', ['&2D3eAA-', '😀']],
    // A person who types this does not mean "Entwürfe", nor "R&D".
    ['Entw&APw-rfe', ['Entw&-APw-rfe']],
    ['R&-D', ['R&--D']],
  ])('%j may be called %j', (name, wire) => {
    expect(wireNames(name)).toEqual(wire);
  });
});

describe('a name in a list', () => {
  it.each([
    ['R&-D', 'R&D'],
    ['R&D', 'R&D'],
    ['Entw&APw-rfe', 'Entwürfe'],
    ['Entwürfe', 'Entwürfe'],
    ['~peter/mail/&U,BTFw-/&ZeVnLIqe-', '~peter/mail/台北/日本語'],
    ['&2D3eAA-', '😀'],
    // Half of a character, a plain letter that was encoded, no end: nobody writes that.
    ['&2D0-', '&2D0-'],
    ['&AEE-', '&AEE-'],
    ['&AP', '&AP'],
    ['&A-', '&A-'],
  ])('%j is %j, and is found again by that', (wire, name) => {
    expect(listedName(wire)).toBe(name);
    expect(wireNames(name)).toContain(wire);
  });
});

const at = (prefix: string) => [{ prefix, delimiter: prefix.slice(-1) || '/' }];
const courier: NamespacesObject = { personal: at('INBOX.'), other: false, shared: at('Public.') };
const cyrus: NamespacesObject = {
  personal: at('INBOX.'),
  other: at('user.'),
  shared: at(''),
};
const altnamespace: NamespacesObject = {
  personal: at(''),
  other: at('Other Users/'),
  shared: at('Shared Folders/'),
};
const none: NamespacesObject = { personal: [], other: false, shared: false };

describe('the name that a server has for a mailbox', () => {
  it.each([
    ['Sent', courier, 'INBOX.Sent'],
    ['INBOX.Sent', courier, 'INBOX.Sent'],
    ['inbox.Sent', courier, 'INBOX.Sent'],
    ['Inbox', courier, 'INBOX'],
    ['INBOXES', courier, 'INBOX.INBOXES'],
    ['Public.team', courier, 'Public.team'],
    ['Sent', cyrus, 'Sent'],
    ['user.anna', cyrus, 'user.anna'],
    ['Other Users/anna', altnamespace, 'Other Users/anna'],
    ['Sent', altnamespace, 'Sent'],
    ['Sent', none, 'Sent'],
    ['Sent', undefined, 'Sent'],
  ])('for %j, with %j, is %j', (name, namespaces, own) => {
    expect(ownName(name, namespaces)).toBe(own);
  });
});
