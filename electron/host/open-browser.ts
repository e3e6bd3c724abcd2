/** Shows a page in the user's browser. */
import { spawn } from 'node:child_process';

/** The program that opens a link with whatever the user has chosen for it, by platform. */
export function openCommand(platform: NodeJS.Platform): readonly [string, ...string[]] {
  if (platform === 'darwin') return ['open'];
  // Not `start`: that is the command shell's, which reads `&` and `^` in a link.
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
}

/**
 * Tries to; calls back where there is no such program, or where it says that it found no browser.
 *
 * @param url holds no secret: every user of the machine can read it in the program's arguments
 */
export function openBrowser(
  url: string,
  onFailure: () => void,
  platform: NodeJS.Platform = process.platform,
): void {
  const [command, ...args] = openCommand(platform);
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true });
  child.once('error', onFailure);
  child.once('exit', (code) => {
    if (code !== 0) onFailure();
  });
  child.unref();
}
