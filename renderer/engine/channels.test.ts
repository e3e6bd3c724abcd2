import { describe, expect, it } from 'vitest';
import { electronChannels, portChannel, readToken, withoutToken } from './channels.ts';

describe('the token in the address', () => {
  it.each([
    ['#token=abc-_9', 'abc-_9'],
    ['#/history&token=abc', 'abc'],
    ['#', null],
    ['', null],
    ['#/history?range=7d', null],
  ])('of %s is %s', (hash, token) => {
    expect(readToken(hash)).toBe(token);
  });

  it.each([
    ['#token=abc', ''],
    ['#token=abc&x=1', '#x=1'],
    ['#/history?range=7d&token=abc', '#/history?range=7d'],
    ['#/history', '#/history'],
  ])('leaves %s as %j', (hash, rest) => {
    expect(withoutToken(hash)).toBe(rest);
  });
});

describe('a message port', () => {
  it('carries frames both ways and tells both ends when it closes', async () => {
    const { port1, port2 } = new MessageChannel();
    const [here, there] = [portChannel(port1), portChannel(port2)];
    const frame = new Promise((resolve) => {
      there.listen(resolve);
    });
    const closed = Promise.all(
      [here, there].map((channel) => new Promise<void>((resolve) => channel.onClose(resolve))),
    );
    here.post({ t: 'q' });
    expect(await frame).toEqual({ t: 'q' });
    there.close();
    await closed;
  });
});

/** A window as the page sees it in Electron; hears what the page asks of the preload. */
class PageWindow extends EventTarget {
  readonly location = { origin: 'app://reprise' };
  readonly asked: unknown[] = [];

  postMessage(message: unknown): void {
    this.asked.push(message);
  }

  /** Does what the preload does, and gives the port's other end. */
  handOver(source: unknown = this, type = 'reprise:port'): MessagePort {
    const { port1, port2 } = new MessageChannel();
    const event = Object.assign(new Event('message'), { source, data: { type }, ports: [port1] });
    this.dispatchEvent(event);
    return port2;
  }
}

describe("the ports that Electron's preload hands over", () => {
  it('are taken up: the first unasked, another one when it is asked for', async () => {
    const window = new PageWindow();
    const open = electronChannels(window as unknown as Window);
    const early = window.handOver();
    const first = await open();
    expect(window.asked).toEqual([]);
    const opening = open();
    expect(window.asked).toEqual([{ type: 'reprise:connect' }]);
    const late = window.handOver();
    for (const [channel, port] of [
      [first, early],
      [await opening, late],
    ] as const) {
      const frame = new Promise((resolve) => {
        channel.listen(resolve);
      });
      port.postMessage('hello');
      expect(await frame).toBe('hello');
      channel.close();
    }
  });

  it('are not taken from frames, nor from other messages', async () => {
    const window = new PageWindow();
    const open = electronChannels(window as unknown as Window);
    window.handOver(new EventTarget()).close();
    window.handOver(window, 'something else').close();
    const opening = open();
    const real = window.handOver();
    const channel = await opening;
    const frame = new Promise((resolve) => {
      channel.listen(resolve);
    });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port has no origin
    real.postMessage('from the preload');
    expect(await frame).toBe('from the preload');
    channel.close();
  });
});
