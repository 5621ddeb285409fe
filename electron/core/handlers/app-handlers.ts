import { ParleyError } from '@parley/shared/protocol';
import type { EmbeddedServer } from '../embedded-server/embedded-server.ts';
import type { Emit } from '../event-hub.ts';
import { checkExternalLink } from '../external-link.ts';
import type { DeviceIdentity } from '../identity/device-identity.ts';
import type { Notices } from '../notices.ts';
import { writePageLog } from '../page-log.ts';
import type { CorePorts, Log } from '../ports.ts';
import type { HandlersOf } from '../router.ts';
import type { SettingsStore } from '../settings/settings-store.ts';

export type AppParts = {
  ports: Pick<CorePorts, 'app' | 'secrets' | 'shell'>;
  identity: DeviceIdentity;
  settings: SettingsStore;
  notices: Notices;
  embedded: EmbeddedServer;
  emit: Emit;
  log: Log;
  /** Gives the link that Parley was opened with, once. */
  takeDeepLink: () => string | null;
};

/** The app itself, its settings, this device's signatures and its own server. */
export function appHandlers(parts: AppParts): HandlersOf<'app' | 'log' | 'settings' | 'identity' | 'server'> {
  const { ports, identity, settings, notices, embedded, emit, log } = parts;
  return {
    'app.info': () => ({
      ...ports.app,
      deviceId: identity.deviceId,
      keysProtectedBy: ports.secrets.protectedBy,
      notices: notices.forNewPage(),
    }),
    'app.open-external': async ({ url }) => {
      const agreed = await ports.shell.openExternal(checkExternalLink(url));
      if (!agreed) throw new ParleyError('cancelled');
      return {};
    },
    'app.take-deep-link': () => ({ invite: parts.takeDeepLink() }),

    'log.write': ({ entries }) => {
      writePageLog(log, entries);
      return {};
    },

    'settings.get': () => settings.get(),
    'settings.change': (change) => {
      const before = settings.get().hosting.lan;
      const next = settings.change(change);
      notices.diskWorks();
      emit('settings.changed', next);
      if (next.hosting.lan !== before) {
        embedded.start(next.hosting.lan).catch((error: unknown) =>
          log.error("the app's own server could not be started anew", {
            name: error instanceof Error ? error.name : 'unknown',
          }),
        );
      }
      return next;
    },

    'identity.sign-hello': (fields) => identity.signHello(fields),
    'identity.sign-confirm': ({ role, transcriptHash }) => identity.signConfirm(role, transcriptHash),

    'server.state': () => embedded.state(),
    'server.allow-lan': async ({ allow }) => {
      emit('settings.changed', settings.change({ hosting: { lan: allow } }));
      return embedded.start(allow);
    },
  };
}
