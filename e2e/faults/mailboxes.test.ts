/** Mailboxes on servers as they are: what they are called there, and what EXAMINE says or does not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountInput, Connection } from '../../shared/model.ts';
import type { LineServer } from '../../electron/core/demo/testing/index.ts';
import { inputFor } from '../../electron/core/api/testing/engine.ts';
import { FaultStand } from './fault-stand.ts';

let stand: FaultStand;
beforeAll(async () => {
  stand = await FaultStand.start();
});
afterAll(() => stand[Symbol.asyncDispose]());

/** Opens these and no others; names as on the wire. */
function having(...names: readonly string[]) {
  const quoted = names.map((name) => `"${name.replaceAll(/["\\]/g, String.raw`\$&`)}"`);
  return {
    EXAMINE: (name: string) =>
      quoted.includes(name) ? '* 3 EXISTS\n~ OK done' : '~ NO There is none of this name',
    LIST: [...quoted.map((name) => `* LIST () "." ${name}`), '~ OK done'].join('\n'),
  };
}

const COURIER = '* NAMESPACE (("INBOX." ".")) NIL (("Public." "."))\n~ OK done';

const isSettled = ({ state }: Connection): boolean => state.kind !== 'connecting';

/** How the rows of the account end: the state of each, or what is wrong with it. */
async function rowsOf(server: LineServer, mailboxes: AccountInput['mailboxes']) {
  const id = await stand.add(server, { mailboxes });
  await stand.interfaceEnd.until(
    () =>
      stand.connections(id).length === mailboxes.length && stand.connections(id).every(isSettled),
  );
  const rows = stand
    .connections(id)
    .map(({ mailbox, state }) => [mailbox, 'problem' in state ? state.problem.code : state.kind]);
  return { id, rows: Object.fromEntries(rows) as Record<string, string> };
}

const test = async (server: LineServer, mailboxes: AccountInput['mailboxes']) => {
  const result = await stand.interfaceEnd.engine.testConnection(
    inputFor(server, { mailboxes }),
    null,
  );
  if (!result.ok) throw new Error(result.problem.message);
  const { missing, twice } = result;
  return { mailboxes: result.mailboxes, missing, twice };
};

describe('a mailbox is opened by the name that was given', () => {
  it.each([
    // Named by whoever has it, on a server whose own names all begin with INBOX.
    ['Public.team', COURIER, 'Public.team'],
    ['INBOX.Sent', COURIER, 'INBOX.Sent'],
    [
      'Other Users/anna',
      '* NAMESPACE (("" "/")) (("Other Users/" "/")) NIL\n~ OK done',
      'Other Users/anna',
    ],
    ['Flat', '* NAMESPACE (("" NIL)) NIL NIL\n~ OK done', 'Flat'],
    ['user.anna', '* NAMESPACE (("INBOX" ".")) (("user" ".")) (("" "."))\n~ OK done', 'user.anna'],
    ['inbox/sub', '* NAMESPACE (("" "/")) NIL NIL\n~ OK done', 'inbox/sub'],
    ['Sent', '~ NO There are no namespaces', 'Sent'],
    [' Sent  Items ', COURIER, ' Sent  Items '],
    ['Entwürfe', COURIER, 'Entw&APw-rfe'],
    ['Entwürfe', COURIER, 'Entwürfe'],
    ['R&D', COURIER, 'R&-D'],
    ['R&D', COURIER, 'R&D'],
    [String.raw`\Begin "and" end\ `, COURIER, String.raw`\Begin "and" end\ `],
    ['*%{5}()', COURIER, '*%{5}()'],
  ])('%j, after %j, is %j there', async (name, NAMESPACE, wire) => {
    await using server = await stand.lines({ answers: { NAMESPACE, ...having('INBOX', wire) } });
    const { id, rows } = await rowsOf(server, [name]);
    expect(rows).toEqual({ [name]: 'idle' });
    await stand.remove(id);
    expect(await test(server, [name, 'inbox'])).toMatchObject({ missing: [], twice: [] });
    // What it is not called is not asked for.
    const asked = new Set(server.sent('EXAMINE').map((line) => line.slice('EXAMINE '.length)));
    expect([...asked].some((sent) => sent.includes('INBOX.') && !name.startsWith('INBOX.'))).toBe(
      false,
    );
  });

  it('and never by another: not by what the server would make of it', async () => {
    await using server = await stand.lines({
      answers: { NAMESPACE: COURIER, ...having('INBOX', 'INBOX.Sent', 'Entw&APw-rfe') },
    });
    const { id, rows } = await rowsOf(server, ['Sent', 'Entw&APw-rfe']);
    expect(rows).toEqual({ Sent: 'mailbox-missing', 'Entw&APw-rfe': 'mailbox-missing' });
    const [sent] = stand.connections(id);
    expect(sent?.state).toMatchObject({
      problem: { message: expect.stringContaining('It may be called "INBOX.Sent" there.') },
    });
    await stand.remove(id);
    expect(await test(server, ['Sent'])).toEqual({
      mailboxes: ['INBOX', 'INBOX.Sent', 'Entwürfe'],
      missing: ['Sent'],
      twice: [],
    });
  });

  it.each([
    ['Sent\r\nA1 DELETE INBOX', 'Control characters are not allowed here.'],
    ['Sent\u0000', 'Control characters are not allowed here.'],
    ['', 'A mailbox has a name.'],
  ])('%j is none', async (name, message) => {
    await using server = await stand.lines();
    const { engine } = stand.interfaceEnd;
    await expect(engine.addAccount(inputFor(server, { mailboxes: [name] }))).rejects.toMatchObject({
      code: 'invalid-input',
      message,
    });
    expect(server.lines).toEqual([]);
  });
});

describe('a mailbox that cannot be opened', () => {
  it.each([
    // INBOX is always there, and trouble is trouble.
    ['INBOX', 'NO Server Unavailable. 15', '', 'server-unavailable'],
    ['INBOX', 'NO Mailbox does not exist', '', 'server-unavailable'],
    ['Work', 'NO Server Unavailable. 15', '', 'server-unavailable'],
    ['Work', 'NO [UNAVAILABLE] Mailbox is away', '', 'server-unavailable'],
    [
      'Work',
      'NO Unable to open this mailbox.',
      String.raw`* LIST () "." Work`,
      'server-unavailable',
    ],
    // What is not listed, or as a folder without messages of its own, is none.
    ['Work', 'NO Unable to open this mailbox.', '', 'mailbox-missing'],
    ['Work', 'NO [TRYCREATE] There is none', '', 'mailbox-missing'],
    [
      'Work',
      'NO Mailbox isn’t selectable',
      String.raw`* LIST (\Noselect \HasChildren) "." Work`,
      'mailbox-missing',
    ],
    ['Work', 'NO [CANNOT] Invalid mailbox name: Ends with a dot', '', 'mailbox-missing'],
    ['Work', 'NO Permission denied', String.raw`* LIST () "." Work`, 'mailbox-missing'],
  ])('%s, %s, listed as %j: %s', async (mailbox, line, listed, code) => {
    await using server = await stand.lines({
      answers: { EXAMINE: `~ ${line}`, LIST: `${listed === '' ? '' : `${listed}\n`}~ OK done` },
    });
    const { id, rows } = await rowsOf(server, [mailbox]);
    expect(rows).toEqual({ [mailbox]: code });
    await stand.remove(id);
  });
});

describe('the list of mailboxes', () => {
  it.each([
    ['* LIST () "." INBOX.Sent', ['INBOX', 'INBOX.Sent']],
    ['* LIST () "/" Inbox\n* LIST () "/" Sent', ['INBOX', 'Sent']],
    [
      String.raw`* LIST (\NOSELECT) "/" Public` + '\n* LIST () "/" Public/team',
      ['INBOX', 'Public/team'],
    ],
    ['* LIST () "/" "/Public/team"\n* LIST () NIL {3}\nR&D', ['INBOX', '/Public/team', 'R&D']],
    ['* LIST () "/" "a\tb"', ['INBOX']],
  ])('%j begins with INBOX, and holds what can be watched: %j', async (lines, names) => {
    await using server = await stand.lines({
      answers: { NAMESPACE: COURIER, LIST: `${lines}\n~ OK done` },
    });
    expect(await test(server, ['INBOX'])).toEqual({ mailboxes: names, missing: [], twice: [] });
  });

  it('holds what was asked for and can be opened, though no list has it', async () => {
    await using server = await stand.lines({
      answers: { NAMESPACE: COURIER, ...having('INBOX', 'Public.team'), LIST: '~ OK done' },
    });
    expect(await test(server, ['Public.team', 'Public.other'])).toEqual({
      mailboxes: ['INBOX', 'Public.team'],
      missing: ['Public.other'],
      twice: [],
    });
  });
});

describe('one mailbox by two names', () => {
  it('is refused where every server has it so: INBOX in any case', async () => {
    await using server = await stand.lines();
    const { engine } = stand.interfaceEnd;
    await expect(
      engine.addAccount(inputFor(server, { mailboxes: ['INBOX', 'Sent', 'inbox'] })),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      field: 'mailboxes',
      message: expect.stringMatching(/“inbox” is named twice, whatever the case/),
    });
  });

  it('is watched once where this server has it so, and said', async () => {
    // As Dovecot has it after a move from Courier: a hidden namespace takes both.
    await using server = await stand.lines({ answers: { NAMESPACE: COURIER } });
    expect(await test(server, ['Sent', 'INBOX.Sent'])).toMatchObject({
      missing: [],
      twice: [{ name: 'Sent', own: 'INBOX.Sent' }],
    });
    const { id, rows } = await rowsOf(server, ['Sent', 'INBOX.Sent']);
    expect(rows).toEqual({ Sent: 'mailbox-twice', 'INBOX.Sent': 'idle' });
    const [sent] = stand.connections(id);
    expect(sent?.state).toMatchObject({
      kind: 'failed',
      problem: {
        message:
          '"Sent" and "INBOX.Sent" are one mailbox on 127.0.0.1, which is watched by the second ' +
          'name. Take the first one out of the mailboxes to watch.',
      },
    });
    // Once the other is gone, nothing is twice.
    const { engine } = stand.interfaceEnd;
    await engine.updateAccount(id, inputFor(server, { mailboxes: ['Sent'] }));
    await stand.until(id, ({ mailbox, state }) => mailbox === 'Sent' && state.kind === 'idle');
    expect(server.sent('EXAMINE').at(-1)).toBe('EXAMINE "Sent"');
    await stand.remove(id);
  });
});

describe('a server that does not say how many messages there are', () => {
  it.each(['~ OK done', '* x EXISTS\n~ OK done', '* 99999999999999999999 EXISTS\n~ OK done'])(
    'answering EXAMINE with %j leaves the number open until it does',
    async (EXAMINE) => {
      await using server = await stand.lines({ answers: { EXAMINE } });
      const id = await stand.add(server);
      const { messages } = await stand.until(id, ({ state }) => state.kind === 'idle');
      expect(messages).toBeNull();
      await server.until(({ lines }) => lines.includes('IDLE'));
      server.say('* 1 EXPUNGE');
      server.say('* 7 EXISTS');
      await stand.until(id, (connection) => connection.messages === 7);
      server.say('* 1 EXPUNGE');
      await stand.until(id, (connection) => connection.messages === 6);
      await stand.remove(id);
    },
  );
});
