import { BRIDGE_CALL_NAMES, BRIDGE_CHANNEL, BRIDGE_EVENT_NAMES } from '@parley/shared/bridge/names';
import { contextBridge, ipcRenderer } from 'electron';
import { createDesktop } from './desktop.ts';

contextBridge.exposeInMainWorld(
  'desktop',
  createDesktop(ipcRenderer, { calls: BRIDGE_CALL_NAMES, events: BRIDGE_EVENT_NAMES, channel: BRIDGE_CHANNEL }),
);
