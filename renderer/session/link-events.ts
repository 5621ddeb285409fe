import { type Emoji, isolated } from '@parley/shared/model';
import {
  type CallId,
  type LinkMessage,
  type LinkMessageOf,
  type LinkSignal,
  unreachable,
} from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { LinkReading } from '../mesh/link-reading.ts';
import type { CloseReason, LinkState } from '../mesh/link-types.ts';
import type { Participant } from './participant.ts';
import type { SessionNotice } from './session-state.ts';

const SPEAKING_LEVEL = 0.02;

export type LinkEventsPorts = {
  clock: Clock;
  typingShownMs: number;
  /** A fresh connection of the link is open. */
  opened(participant: Participant): void;
  /** The link is or is no longer open: whether the server's word counts changes. */
  stateChanged(participant: Participant): void;
  /** The link closed for a reason that ends the peer. */
  ended(participant: Participant, why: CloseReason): void;
  signal(participant: Participant, signal: LinkSignal): void;
  presence(participant: Participant, presence: LinkMessageOf<'presence'>): void;
  safety(participant: Participant, message: LinkMessageOf<'safety'>): void;
  rules(participant: Participant, message: LinkMessageOf<'rules'>): void;
  /** Lists of computers, and what another one of this person says. */
  computers(
    participant: Participant,
    message: LinkMessageOf<'computers'> | LinkMessageOf<'seen'> | LinkMessageOf<'own'>,
  ): void;
  /** Another computer of this person declined a call; false for everybody else's. */
  declinedElsewhere(participant: Participant, callId: CallId): boolean;
  /** They invite this person to another room. */
  invited(participant: Participant, message: LinkMessageOf<'invite'>): void;
  /** A participant said who is linked with whom. */
  around(): void;
  /** Something came on the files channel, or it has room again. */
  file(participant: Participant, raw: string | ArrayBuffer): void;
  fileRoom(participant: Participant): void;
  reaction(participant: Participant, emoji: Emoji): void;
  /** A participant shows this device's pictures at another size. */
  viewed(): void;
  /** The link measured itself. */
  reading(participant: Participant, reading: LinkReading): void;
  /** Whether the participant sends this device sound, by their own word. */
  expectsSound(participant: Participant): boolean;
  /** The call of this person, whose decline by others matters. */
  ownCallId(): CallId | null;
  notice(notice: SessionNotice): void;
  /** The shown state changed. */
  shown(): void;
};

/** Takes what happens on the link of one participant to the parts of the session that it concerns. */
export function followLink(participant: Participant, ports: LinkEventsPorts): void {
  const { link } = participant;
  /** The connection whose opening was acted on. */
  let openEpoch = 0;
  link.on('state', (state) => {
    if (state.at === 'closed') {
      const text = closingText(participant.name, state.why);
      if (text !== null) {
        const code = state.why === 'fingerprint-mismatch' || state.why === 'certificate-missing' ? state.why : null;
        ports.notice({ tone: 'trouble', text, code });
        ports.ended(participant, state.why);
      }
    } else {
      if (state.at !== 'open') participant.speaking = false;
      ports.stateChanged(participant);
      if (isFreshlyOpen(state, openEpoch)) {
        openEpoch = state.epoch;
        ports.opened(participant);
      }
    }
    ports.shown();
  });
  link.on('signal', (signal) => ports.signal(participant, signal));
  link.on('message', (message) => hear(participant, message, ports));
  link.on('file', (raw) => ports.file(participant, raw));
  link.on('fileRoom', () => ports.fileRoom(participant));
  link.on('streams', () => ports.shown());
  link.on('reading', (reading) => ports.reading(participant, reading));
  link.on('stalled', () => {
    if (ports.expectsSound(participant)) link.doubt();
  });
  link.on('voice', (level) => {
    const speaking = level > SPEAKING_LEVEL && participant.call?.microphone === 'live';
    if (speaking === participant.speaking) return;
    participant.speaking = speaking;
    ports.shown();
  });
}

const isFreshlyOpen = (state: LinkState, openEpoch: number): boolean =>
  state.at === 'open' && state.epoch !== openEpoch;

function closingText(name: string, why: CloseReason): string | null {
  if (why === 'fingerprint-mismatch') return `The connection was not with ${isolated(name)}. It was closed.`;
  if (why === 'certificate-missing')
    return `The certificate could not be compared with that of ${isolated(name)}, so nothing was sent. Update Parley on this computer, then come in again.`;
  if (why === 'flood') return `${isolated(name)} sent far more than Parley ever does. The connection was closed.`;
  return null;
}

function hear(participant: Participant, message: LinkMessage, ports: LinkEventsPorts): void {
  switch (message.type) {
    case 'presence': {
      participant.presence = message;
      // What was shown in the last call says nothing about the next one.
      if (!message.call) participant.view = undefined;
      ports.presence(participant, message);
      return;
    }
    case 'view':
      participant.view = { camera: message.camera, screen: message.screen };
      ports.viewed();
      return;
    case 'reaction':
      ports.reaction(participant, message.emoji);
      return;
    case 'decline':
      if (ports.declinedElsewhere(participant, message.callId)) return;
      if (ports.ownCallId() !== message.callId || participant.declined === message.callId) return;
      participant.declined = message.callId;
      ports.notice({ tone: 'info', text: `${isolated(participant.name)} declined the call.`, code: null });
      ports.shown();
      return;
    case 'chat':
    case 'receipt':
    case 'have':
    case 'ids':
    case 'batch':
      if (message.type === 'chat') participant.stopTyping();
      participant.inbox?.take(message);
      return;
    case 'typing':
      participant.stopTyping();
      participant.typing = true;
      participant.undoTyping = ports.clock.after(ports.typingShownMs, () => {
        participant.typing = false;
        ports.shown();
      });
      ports.shown();
      return;
    case 'signal':
      participant.link.handleSignal(message.signal);
      return;
    case 'safety':
      ports.safety(participant, message);
      return;
    case 'rules':
      ports.rules(participant, message);
      return;
    case 'computers':
    case 'seen':
    case 'own':
      ports.computers(participant, message);
      return;
    case 'invite':
      ports.invited(participant, message);
      return;
    case 'around':
      participant.around = message;
      ports.around();
      return;
    case 'computer':
      // Only where a new computer meets the first one, which is no room.
      return;
    case 'bye':
      ports.ended(participant, 'left');
      return;
    default:
      unreachable(message);
  }
}
