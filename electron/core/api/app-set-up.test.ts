/** Settings for an address, asked for through the API as a page does. */
import { describe, expect, it } from 'vitest';
import { TestMachine } from '../network/testing/machine.ts';
import { settingsFile, startInternet } from '../set-up/testing/small-internet.ts';
import { folder, start } from './testing/engine.ts';

const world = () =>
  startInternet({
    pages: {
      'autoconfig.example.org/mail/config-v1.1.xml': settingsFile('imap.hoster.example', {
        port: '143',
        socketType: 'STARTTLS',
        username: '%EMAILLOCALPART%',
      }),
    },
  });

describe('settings for an address', () => {
  it('are found at its domain, and the page is told whose word it is and that the server is another’s', async () => {
    await using small = await world();
    const { engine, printed } = await start(await folder(), { internet: small.internet });
    expect(await engine.findSettings('Robin Doe <Robin@Example.org>')).toEqual({
      address: 'Robin@Example.org',
      found: {
        host: 'imap.hoster.example',
        port: 143,
        security: 'starttls',
        user: 'Robin',
        source: 'autoconfig',
        foundBy: 'autoconfig.example.org',
        foreign: true,
        domain: 'hoster.example',
        provider: null,
      },
      lookedUp: true,
      trouble: null,
    });
    expect(printed).toEqual([]);
  });

  it('are asked of nobody once the setting is off, in later runs as well', async () => {
    await using small = await world();
    const dataDir = await folder();
    const first = await start(dataDir, { internet: small.internet });
    await first.engine.changeSettings({ lookUpSettings: false });
    expect(await first.engine.findSettings('a@example.org')).toMatchObject({ lookedUp: false });
    await first.app.close();
    const second = await start(dataDir, { internet: small.internet });
    expect(await second.engine.findSettings('a@example.org')).toMatchObject({ lookedUp: false });
    expect([small.dns.asked, small.web.serverNames]).toEqual([[], []]);
    await second.engine.changeSettings({ lookUpSettings: true });
    expect(await second.engine.findSettings('a@example.org')).toMatchObject({ lookedUp: true });
  });

  it('are not asked for without a network, and again once there is one', async () => {
    await using small = await world();
    const { engine } = await start(await folder(), {
      internet: small.internet,
      machine: new TestMachine(),
    });
    const { found, trouble } = await engine.findSettings('a@example.org');
    expect(found).toBeNull();
    expect(trouble).toContain('no network');
    expect(small.dns.asked).toEqual([]);
    await engine.takeForOnline();
    expect((await engine.findSettings('a@example.org')).found?.host).toBe('imap.hoster.example');
  });

  it.each([
    ['a b@example.org', 'no spaces'],
    ['a@b@example.org', 'more than one @'],
    ['a@exam\r\nple.org', 'line breaks'],
    ['robin', 'no @'],
    [`${'a'.repeat(3000)}@example.org`, 'too long'],
  ])('are refused for %j, with the field and what is wrong', async (typed, said) => {
    await using small = await world();
    const { engine } = await start(await folder(), { internet: small.internet });
    await expect(engine.findSettings(typed)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(said) as string,
    });
    expect(small.dns.asked).toEqual([]);
  });

  it('that nobody waits for any more do not keep the program from its end', async () => {
    await using silent = await startInternet({ zone: { 'A autoconfig.example.org': 'silent' } });
    const { engine, app } = await start(await folder(), { internet: silent.internet });
    const search = engine.findSettings('a@example.org').catch((error: unknown) => error);
    await silent.dns.until('A autoconfig.example.org');
    await app.close();
    expect(await search).toBeDefined();
  });
});
