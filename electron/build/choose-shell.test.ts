import { describe, expect, it } from 'vitest';
import { chooseShell, type Circumstances } from './choose-shell.ts';

const desktop: Circumstances = {
  command: 'start',
  hasBrowserFlags: false,
  platform: 'linux',
  env: { DISPLAY: ':0' },
  isRoot: false,
};

describe('choosing a shell', () => {
  it.each<[string, Partial<Circumstances>]>([
    ['with X11', {}],
    ['with Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }],
    ['on macOS', { platform: 'darwin', env: {} }],
    ['on Windows', { platform: 'win32', env: {} }],
    ['for the demo', { command: 'demo' }],
  ])('takes Electron %s', (_, change) => {
    expect(chooseShell({ ...desktop, ...change })).toEqual({ shell: 'electron' });
  });

  it.each<[string, Partial<Circumstances>]>([
    ['npm run web', { command: 'web' }],
    ['a flag that is about the browser', { hasBrowserFlags: true }],
    ['both, without a display', { command: 'web', hasBrowserFlags: true, env: {} }],
  ])('takes the browser without a word for %s', (_, change) => {
    expect(chooseShell({ ...desktop, ...change })).toEqual({ shell: 'host', why: null });
  });

  it.each<[string, Partial<Circumstances>, string]>([
    ['there is no display', { env: {} }, 'this machine has no display'],
    ['the display is empty', { env: { DISPLAY: '' } }, 'this machine has no display'],
    ['it runs as root', { isRoot: true }, 'Electron does not run safely as root'],
  ])('takes the browser and says why where %s', (_, change, why) => {
    expect(chooseShell({ ...desktop, ...change })).toEqual({ shell: 'host', why });
  });
});
