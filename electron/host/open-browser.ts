/** Shows a page in the user's browser. */
import { spawn } from 'node:child_process';

/** The program that opens a link with whatever the user has chosen for it, by platform. */
export function openCommand(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  // Not `start`: that is the command shell's, which reads `&` and `^` in a link.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}

/** Tries to. Where there is no browser, the printed link is still there: a failure is silent. */
export function openBrowser(url: string, platform: NodeJS.Platform = process.platform): void {
  const [command, ...args] = openCommand(platform);
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.on('error', () => undefined);
  child.unref();
}
