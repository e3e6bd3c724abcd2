/**
 * `npm run package`: the packages of this machine's platform in `dist/packages`; `-- --dir` stops at
 * the unpacked program. Needs Electron's program, and what electron-builder fetches for each format.
 */
import { build } from 'electron-builder';
import { buildPart, RENDERER, ROOT, SHELL } from '../build/build.ts';
import { electronDistFolder, electronPackageFolder, findElectron } from '../build/electron.ts';
import { packageConfig } from '../build/package-config.ts';

process.exitCode = await makePackages(process.argv.includes('--dir'));

async function makePackages(isUnpacked: boolean): Promise<0 | 1> {
  const packageFolder = electronPackageFolder();
  const electron = await findElectron(packageFolder, say);
  if (packageFolder === null || electron.kind === 'missing') {
    const why = electron.kind === 'missing' ? electron.why : 'Electron is not installed';
    say(`No packages can be made here: ${why}.`);
    return 1;
  }
  await buildPart(ROOT, RENDERER);
  await buildPart(ROOT, SHELL);
  try {
    const config = packageConfig(electronDistFolder(packageFolder));
    const made = await build({ projectDir: ROOT, config, dir: isUnpacked, publish: 'never' });
    for (const path of made) say(path);
    return 0;
  } catch (error) {
    // The tools of each format are fetched as well; electron-builder has said what it tried.
    say(`No packages could be made: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
