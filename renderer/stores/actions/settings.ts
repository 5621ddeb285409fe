import { type Emoji, profileFromName, RECENT_EMOJI_MAX, type SettingsChange } from '@parley/shared/model';
import { type Outcome, refuse } from '@parley/shared/protocol';
import { nextTimeOfDay } from '../quiet.ts';
import type { ActionContext } from './context.ts';

const HOUR_MS = 3_600_000;
/** 7:00. */
const MORNING_MINUTES = 420;

export interface SettingsActions {
  retryStart: () => void;
  /** The one name a person types; becomes username or display name. */
  setName: (name: string) => Promise<Outcome<unknown>>;
  changeSettings: (change: SettingsChange) => Promise<Outcome<unknown>>;
  /** No call rings for that time, or calls ring again. */
  doNotDisturb: (how: 'off' | 'hour' | 'morning' | 'on') => Promise<Outcome<unknown>>;
  /** Remembers an emoji as the one that was used last. */
  emojiUsed: (emoji: Emoji) => void;
  /** Puts a picture of the person's own behind them, in place of the one before. Says nothing of a refusal: it stands beside the button. */
  chooseBackground: (file: Blob) => Promise<Outcome<unknown>>;
  /** Removes that picture from this computer. Where it was used, the room is blurred: it is not to be seen because of that. */
  removeBackground: () => Promise<Outcome<unknown>>;
  allowLan: (allow: boolean) => Promise<Outcome<unknown>>;
}

export function createSettingsActions(context: ActionContext): SettingsActions {
  const { store, ports, running, restart, tell } = context;

  const changeSettings = async (change: SettingsChange) => {
    const { relayOnly } = store.getState().settings.privacy;
    const changed = await ports.bridge.call('settings.change', change);
    if (changed.ok) {
      store.setState({ settings: changed.value });
      if (changed.value.privacy.relayOnly !== relayOnly)
        for (const each of running()?.reach.all() ?? []) each.renewLinks();
    }
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
    doNotDisturb(how) {
      const now = ports.clock.now();
      const until = how === 'hour' ? now + HOUR_MS : nextTimeOfDay(MORNING_MINUTES, now);
      return changeSettings({
        ringing: { doNotDisturb: how === 'off' || how === 'on' ? { at: how } : { at: 'until', until } },
      });
    },
    emojiUsed(emoji) {
      const { recent } = store.getState().settings.emoji;
      if (recent[0] === emoji) return;
      const others = recent.filter((each) => each !== emoji);
      // A disk that does not take it is no trouble worth a sentence.
      void ports.bridge
        .call('settings.change', { emoji: { recent: [emoji, ...others].slice(0, RECENT_EMOJI_MAX) } })
        .then((changed) => {
          if (changed.ok) store.setState({ settings: changed.value });
        });
    },
    async chooseBackground(file) {
      const made = await ports.media.makeBackground(file);
      if (!made) return refuse('picture-unsuitable');
      const kept = await ports.background.keep(made);
      if (!kept.ok) return kept;
      const before = store.getState().settings.processing.pictureAt ?? 0;
      const pictureAt = Math.max(ports.clock.now(), before + 1);
      return changeSettings({ processing: { background: 'own', pictureAt } });
    },
    async removeBackground() {
      const { processing } = store.getState().settings;
      const isUsed = processing.background === 'own';
      if (isUsed) {
        const blurred = await changeSettings({ processing: { background: 'blur' } });
        if (!blurred.ok) return blurred;
      }
      // The setting says that there is a picture until there is none.
      const removed = await ports.background.remove();
      if (!removed.ok) return tell(removed);
      const changed = await changeSettings({ processing: { pictureAt: null } });
      if (changed.ok && isUsed) context.notices.say('info', 'Your picture is removed. Your room is blurred instead.');
      return changed;
    },
    async allowLan(allow) {
      const allowed = await ports.bridge.call('server.allow-lan', { allow });
      if (allowed.ok) store.setState({ server: allowed.value });
      return tell(allowed);
    },
  };
}
