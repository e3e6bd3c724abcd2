/** The preload of the window; built into one CommonJS file, as a sandboxed one has to be. */
import { contextBridge, ipcRenderer } from 'electron';
import { bridge, type PageWindow } from './bridge.ts';

bridge({ contextBridge, ipcRenderer }, globalThis as unknown as PageWindow);
