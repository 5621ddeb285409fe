import type { BackupActions } from './backup.ts';
import type { CallActions } from './call.ts';
import type { ChatActions } from './chat.ts';
import type { ComputerActions } from './computers.ts';
import type { ConnectionActions } from './connections.ts';
import type { EntryActions } from './entries.ts';
import type { FileActions } from './files.ts';
import type { InviteActions } from './invites.ts';
import type { ListedRoomActions } from './listed-rooms.ts';
import type { NavigationActions } from './navigation.ts';
import type { PeopleActions } from './people.ts';
import type { RecordingActions } from './recordings.ts';
import type { RoomActions } from './rooms.ts';
import type { RulesActions } from './rules.ts';
import type { ScanningActions } from './scanning.ts';
import type { SelectingActions } from './selecting.ts';
import type { ServerActions } from './servers.ts';
import type { SettingsActions } from './settings.ts';
import type { StorageActions } from './storage.ts';
import type { VoiceActions } from './voice.ts';

/**
 * Everything a person can do. None of these throws; what went wrong shows in the state (a notice, a refusal
 * beside the field) and, where a form waits for it, in the outcome.
 */
export interface Actions
  extends NavigationActions,
    SettingsActions,
    RoomActions,
    InviteActions,
    ScanningActions,
    ServerActions,
    ListedRoomActions,
    CallActions,
    ConnectionActions,
    RecordingActions,
    ChatActions,
    EntryActions,
    FileActions,
    VoiceActions,
    SelectingActions,
    StorageActions,
    BackupActions,
    ComputerActions,
    PeopleActions,
    RulesActions {}
