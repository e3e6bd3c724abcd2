/** What electron-builder makes of Reprise: which files, which fuses, which packages. */
import type { Configuration } from 'electron-builder';
import { LICENCES_FOLDER } from './licences.ts';

/**
 * Electron's switches that are set in the program itself, where neither the environment nor the
 * command line can turn them back. https://www.electronjs.org/docs/latest/tutorial/fuses
 */
const fuses = {
  // Otherwise any program could borrow Reprise's name, and its access to the key store, for a
  // script of its own: by one variable, by the options of Node, or by a debugger.
  runAsNode: false,
  enableNodeOptionsEnvironmentVariable: false,
  enableNodeCliInspectArguments: false,
  enableCookieEncryption: true,
  // The program runs what was packed (macOS and Windows check the hashes) and nothing beside it.
  enableEmbeddedAsarIntegrityValidation: true,
  onlyLoadAppFromAsar: true,
  loadBrowserProcessSpecificV8Snapshot: false,
  // The page is `app://`; `file://` needs no more than it has in a browser.
  grantFileProtocolExtraPrivileges: false,
  // On Apple silicon a program that was changed needs a new signature, if only an empty one.
  resetAdHocDarwinSignature: true,
} satisfies Configuration['electronFuses'];

/**
 * The configuration.
 *
 * @param electronDist the folder of Electron's program, which is then not fetched once more
 */
export function packageConfig(electronDist: string): Configuration {
  return {
    appId: 'app.reprise.desktop',
    directories: { output: 'dist/packages', buildResources: 'electron/build' },
    electronDist,
    electronFuses: fuses,
    // The bundles hold everything that they need, see `shell-bundle.test.ts`. The history's thread
    // is loaded from within the archive, which Electron's Node can do.
    files: ['package.json', 'dist/shell/*.cjs', 'dist/renderer/**/*', '!**/*.map', '!node_modules'],
    // Electron's own, and Chromium's, lie beside the program; electron-builder sees to that.
    extraResources: [{ from: `dist/${LICENCES_FOLDER}`, to: LICENCES_FOLDER }],
    asar: true,
    npmRebuild: false,
    // There is no updater, so nothing is to be published, and no metadata to be made for one.
    publish: null,
    icon: 'electron/build/icon.png',
    extraMetadata: {
      // The formats want them; the project has no site or address yet, and says so.
      homepage: 'https://reprise.invalid/',
      author: { name: 'Reprise', email: 'maintainers@reprise.invalid' },
    },
    linux: {
      target: ['AppImage', 'deb'],
      category: 'Network',
      executableName: 'reprise',
      // By itself electron-builder puts --no-sandbox into an AppImage's menu entry, which we refuse.
      executableArgs: [],
      synopsis: 'Shows mail connections and reuses their TLS sessions',
    },
    mac: {
      target: ['dmg'],
      category: 'public.app-category.developer-tools',
      hardenedRuntime: true,
    },
    win: { target: ['nsis'] },
    nsis: { oneClick: true, perMachine: false, deleteAppDataOnUninstall: false },
  };
}
