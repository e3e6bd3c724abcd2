/** How the window and the application's menu are made. */
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from 'electron';

/** What differs from one run to another. */
export interface WindowCircumstances {
  /** The absolute path of the built preload. */
  readonly preload: string;
  /** A packaged program has no developer tools. */
  readonly isPackaged: boolean;
}

/**
 * The options of the only window. Its page is treated as hostile: it shows what mail servers say.
 * Most of what is spelled out here is Electron's default; spelled out, it stays so.
 */
export function windowOptions(circumstances: WindowCircumstances): BrowserWindowConstructorOptions {
  return {
    title: 'Reprise',
    width: 1280,
    height: 800,
    minWidth: 900,
    minHeight: 600,
    // Shown when the page has been painted: no white flash.
    show: false,
    autoHideMenuBar: true,
    webPreferences: {
      preload: circumstances.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      // Its dictionaries would be fetched from the network.
      spellcheck: false,
      devTools: !circumstances.isPackaged,
    },
  };
}

/**
 * The application menu: what the platform expects, and nothing else. On macOS copying and quitting by keyboard exist only
 * where the menu has them.
 */
export function menuTemplate(
  platform: NodeJS.Platform,
  isPackaged: boolean,
): MenuItemConstructorOptions[] {
  const tools: MenuItemConstructorOptions[] = isPackaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }];
  return [
    platform === 'darwin' ? { role: 'appMenu' } : { label: 'File', submenu: [{ role: 'quit' }] },
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...tools,
      ],
    },
    { role: 'windowMenu' },
  ];
}
