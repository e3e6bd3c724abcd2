import { expect, REFUSED, test } from '../fixtures/browser/reprise.ts';
import { openSocket } from '../fixtures/program/genuine-client.ts';

const call = (method: string, args: unknown[]) =>
  JSON.stringify({ t: 'q', i: '1', m: method, a: args });

const failed = (code: string) => ({ t: 's', i: '1', r: { ok: false, error: { code } } });

test.describe('7: who may connect', () => {
  test('a page without the token shows nothing and says what to do', async ({
    startReprise,
    dashboard,
    complaints,
  }) => {
    complaints.expect(REFUSED);
    const reprise = await startReprise({ script: 'demo' });
    const { page } = dashboard;
    for (const hash of ['', '#token=AAAA']) {
      await page.goto(`${reprise.origin}/${hash}`);
      const heading = page.getByRole('heading', { name: 'needs the link that Reprise printed' });
      await expect(heading).toBeVisible();
      await expect(dashboard.accounts).toBeHidden();
      await page.goto('about:blank');
    }
  });

  test('nonsense on the WebSocket is answered, and the engine goes on', async ({
    startReprise,
  }) => {
    const { port, token } = await startReprise();
    const socket = openSocket(port, token);
    const frames: string[] = [];
    let arrived = Promise.withResolvers<void>();
    socket.on('message', (data: Buffer) => {
      frames.push(data.toString());
      arrived.resolve();
    });
    const answerTo = async (frame: string | Buffer): Promise<unknown> => {
      arrived = Promise.withResolvers<void>();
      socket.send(frame);
      await arrived.promise;
      return JSON.parse(frames.at(-1) ?? '');
    };
    await new Promise((resolve) => socket.once('open', resolve));
    const noCall = { t: 'rejected', error: { code: 'invalid-input' } };
    for (const frame of ['', '{', 'null', '[]', '{"t":"q"}', Buffer.from([0, 255])]) {
      expect(await answerTo(frame), String(frame)).toMatchObject(noCall);
    }
    expect(await answerTo(call('eval', []))).toMatchObject(failed('unknown-method'));
    expect(await answerTo(call('constructor', []))).toMatchObject(failed('unknown-method'));
    expect(await answerTo(call('setReuse', ['a', 'yes']))).toMatchObject(failed('invalid-input'));
    expect(await answerTo(call('setReuse', ['a', true]))).toMatchObject(failed('not-found'));
    expect(await answerTo(call('getState', []))).toMatchObject({ t: 's', r: { ok: true } });
    socket.terminate();
  });
});
