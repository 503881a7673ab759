import { contextBridge, ipcRenderer } from 'electron';
import { channels, type DesktopBridge } from '../../src-shared/desktop-bridge.ts';

/** Tells this document from the one before a reload, whose late answers must not reach this one. */
const documentId = crypto.randomUUID();

const bridge: DesktopBridge = {
  send: (message) => ipcRenderer.send(channels.toHost, documentId, message),
  onMessage(listener) {
    // The event stays here: through its sender a page would reach all of IPC.
    ipcRenderer.on(channels.toPage, (_event, id: unknown, message: string) => {
      if (id === documentId) listener(message);
    });
  },
};
contextBridge.exposeInMainWorld('daybreak', bridge);
