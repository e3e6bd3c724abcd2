/** Which of the two shells an npm script opens: Electron's window or a page in the browser. */

/** What an npm script asks for. */
export type StartCommand = 'start' | 'demo' | 'web';

/** What the choice rests on. */
export interface Circumstances {
  readonly command: StartCommand;
  /** `--port` or `--no-open` was given: both are about the page in the browser. */
  readonly hasBrowserFlags: boolean;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs as root, on systems that have one. */
  readonly isRoot: boolean;
}

/** `why` is what the user did not ask for and should be told; `null` where they did ask. */
export type Choice =
  { readonly shell: 'electron' } | { readonly shell: 'host'; readonly why: string | null };

/** Decides before anything is fetched or started. */
export function chooseShell(circumstances: Circumstances): Choice {
  const { command, hasBrowserFlags, platform, env, isRoot } = circumstances;
  if (command === 'web' || hasBrowserFlags) return { shell: 'host', why: null };
  const hasDisplays = platform === 'darwin' || platform === 'win32';
  if (!hasDisplays && !isSet(env['DISPLAY']) && !isSet(env['WAYLAND_DISPLAY'])) {
    return { shell: 'host', why: 'this machine has no display' };
  }
  // Chromium's sandbox does not work for root, and without it a page could reach everything.
  if (isRoot) return { shell: 'host', why: 'Electron does not run safely as root' };
  return { shell: 'electron' };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
