import { profileFromName, type SettingsChange } from '@parley/shared/model';
import { type Outcome, refuse } from '@parley/shared/protocol';
import type { ActionContext } from './context.ts';

export interface SettingsActions {
  retryStart: () => void;
  /** The one name a person types; becomes username or display name. */
  setName: (name: string) => Promise<Outcome<unknown>>;
  changeSettings: (change: SettingsChange) => Promise<Outcome<unknown>>;
  allowLan: (allow: boolean) => Promise<Outcome<unknown>>;
}

export function createSettingsActions(context: ActionContext): SettingsActions {
  const { store, ports, running, restart, tell } = context;

  const changeSettings = async (change: SettingsChange) => {
    const changed = await ports.bridge.call('settings.change', change);
    if (changed.ok) store.setState({ settings: changed.value });
    return tell(changed);
  };

  return {
    retryStart: () => restart(),
    async setName(name) {
      let profile: ReturnType<typeof profileFromName>;
      try {
        profile = profileFromName(name);
      } catch {
        return refuse('display-name-invalid', { path: 'profile' });
      }
      const changed = await changeSettings({ profile });
      if (!changed.ok) return changed;
      if (store.getState().screen.at === 'welcome') store.setState({ screen: { at: 'home' } });
      await running()?.reach.sync();
      for (const each of running()?.reach.all() ?? []) each.refreshPresence();
      return changed;
    },
    changeSettings,
    async allowLan(allow) {
      const allowed = await ports.bridge.call('server.allow-lan', { allow });
      if (allowed.ok) store.setState({ server: allowed.value });
      return tell(allowed);
    },
  };
}
