import type { AppStore } from '../app-store.ts';
import type { Actions } from './actions.ts';
import { createBackupActions } from './backup.ts';
import { createCallActions } from './call.ts';
import { createChatActions } from './chat.ts';
import { createComputerActions } from './computers.ts';
import { createConnectionActions } from './connections.ts';
import { type ActionParts, createActionContext } from './context.ts';
import { createEntryActions } from './entries.ts';
import { createFileActions } from './files.ts';
import { createInviteActions } from './invites.ts';
import { createListedRoomActions } from './listed-rooms.ts';
import { createNavigationActions } from './navigation.ts';
import { createPeopleActions } from './people.ts';
import { createRecordingActions } from './recordings.ts';
import { createEnterRoom, createRoomActions } from './rooms.ts';
import { createRulesActions } from './rules.ts';
import { createScanningActions } from './scanning.ts';
import { createSelectingActions } from './selecting.ts';
import { createServerActions } from './servers.ts';
import { createSettingsActions } from './settings.ts';
import { createStorageActions } from './storage.ts';
import { createVoiceActions } from './voice.ts';

/** Everything a person can do, over the parts that do it. */
export function createActions(store: AppStore, parts: ActionParts): Actions {
  const context = createActionContext(store, parts);
  const navigation = createNavigationActions(context);
  const settings = createSettingsActions(context);
  const call = createCallActions(context, { ...navigation, ...settings });
  const enter = createEnterRoom(context, { ...navigation, ...call });
  const servers = createServerActions(context, settings);
  const invites = createInviteActions(context, { ...navigation, ...servers, enter });
  const chat = createChatActions(context);
  const entries = createEntryActions(context);
  const people = createPeopleActions(context, invites);
  return {
    ...navigation,
    ...settings,
    ...call,
    ...createConnectionActions(context),
    ...createRecordingActions(context),
    ...createRoomActions(context, { ...navigation, enter }),
    ...invites,
    ...servers,
    ...createListedRoomActions(context, invites),
    ...createScanningActions(context),
    ...chat,
    ...entries,
    ...createSelectingActions(context, { ...chat, ...entries }),
    ...createFileActions(context),
    ...createVoiceActions(context),
    ...createStorageActions(context),
    ...createBackupActions(context),
    ...createComputerActions(context),
    ...people,
    ...createRulesActions(context, people),
  };
}
