/** The lab's IMAP: that of the demo, for anybody, on an INBOX in which nothing ever is. */
import type { Duplex } from 'node:stream';
import {
  commands as demoCommands,
  ImapSession,
  MailStore,
  type CommandKind,
  type Layer,
  type SessionEnd,
} from '../../../../demo/index.ts';
import { SOFTWARE } from './line-session.ts';

/** What a mail program asks of messages has an easy answer: there are none. */
const done: CommandKind['run'] = (_session, _args, name) => `OK ${name} done`;
const never: CommandKind['run'] = (_session, _args, name) =>
  `NO [CANNOT] The lab keeps no mail: no ${name} here`;
const search: CommandKind['run'] = (session) => {
  session.untagged('SEARCH');
  return 'OK SEARCH done';
};

const commands: ReadonlyMap<string, CommandKind> = new Map([
  ...demoCommands,
  ...Object.entries<CommandKind>({
    FETCH: { needs: 'mailbox', run: done },
    STORE: { needs: 'mailbox', run: done },
    COPY: { needs: 'mailbox', run: done },
    EXPUNGE: { needs: 'mailbox', run: done },
    SEARCH: { needs: 'mailbox', run: search },
    UID: {
      needs: 'mailbox',
      run: (session, args, name) =>
        typeof args[0] === 'string' && args[0].toUpperCase() === 'SEARCH'
          ? search(session, args, name)
          : `OK ${name} done`,
    },
    // Folders that a program makes for itself are agreed to, and are not there.
    CREATE: { needs: 'login', run: done },
    SUBSCRIBE: { needs: 'login', run: done },
    UNSUBSCRIBE: { needs: 'login', run: done },
    DELETE: { needs: 'login', run: never },
    RENAME: { needs: 'login', run: never },
    APPEND: { needs: 'login', run: never },
  }),
]);

export function serveImap(stream: Duplex, layer: Layer): Promise<SessionEnd> {
  return new ImapSession(stream, {
    commands,
    mail: new MailStore({ INBOX: 0 }),
    software: SOFTWARE,
    accepts: () => true,
    layer,
    onlooker: null,
  }).serve();
}
