import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allIdle, folder, inputFor, outcomes, server, start } from './testing/engine.ts';

const fullAgain = { kind: 'full', reason: 'nothing-held' };

describe('sessions of one user', () => {
  it('are not offered where the account signs in as another user since, in the form or in its file', async () => {
    const imap = await server();
    const dataDir = await folder();
    const first = await start(dataDir);
    await first.engine.changeSettings({ keepSessions: true });
    const { id } = await first.engine.addAccount(inputFor(imap));
    await first.until(allIdle(1));
    await first.app.close();
    const path = join(dataDir, 'accounts.json');
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(`"user": "${imap.user}"`, '"user": "somebody-else"'));
    const second = await start(dataDir);
    expect(second.state().accounts).toMatchObject([{ id, user: 'somebody-else' }]);
    // Without it nothing is tried: the stored one was for another user.
    await second.engine.updateAccount(id, inputFor(imap, { user: 'somebody-else' }));
    const refused = await second.until(
      ({ connections: [connection] }) =>
        connection?.state.kind === 'sign-in-failed' && connection.attempt !== null,
    );
    expect(outcomes(refused.connections)).toEqual([fullAgain]);
    await second.engine.updateAccount(id, inputFor(imap));
    expect(outcomes((await second.until(allIdle(1))).connections)).toEqual([fullAgain]);
    expect(imap.stats().offered).toBe(0);
  });
});
