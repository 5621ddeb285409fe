import type { RoomId } from '@parley/shared/protocol';
import type { Panel, SettingsSection } from '../state.ts';
import type { ActionContext } from './context.ts';

export interface NavigationActions {
  goHome: () => void;
  openRoom: (roomId: RoomId, panel?: Panel) => void;
  openPanel: (panel: Panel) => void;
  openSettings: (section?: SettingsSection) => void;
  openLink: (url: string) => void;
  dismissNotice: (id: number) => void;
}

export function createNavigationActions(context: ActionContext): NavigationActions {
  const { store, ports, chats, notices, calls, show } = context;
  /** Links that the host asks the person about. A double click is one question. */
  const asked = new Set<string>();
  return {
    goHome: () => show({ at: 'home' }),
    openRoom(roomId, panel = 'none') {
      show({ at: 'room', roomId, panel, focusMessage: null });
      void chats.open(roomId);
    },
    openPanel(panel) {
      const { screen } = store.getState();
      if (screen.at === 'room') store.setState({ screen: { ...screen, panel } });
    },
    openSettings(section = 'general') {
      show({ at: 'settings', section });
      if (section === 'devices') void calls()?.devices.refreshLists();
    },
    openLink(url) {
      if (asked.has(url)) return;
      asked.add(url);
      void ports.bridge.call('app.open-external', { url }).then((opened) => {
        asked.delete(url);
        if (!opened.ok && opened.code !== 'cancelled') notices.refused(opened);
      });
    },
    dismissNotice: (id) => notices.dismiss(id),
  };
}
