import { nameOf, type PeerStanding, type Profile } from '@parley/shared/model';
import type { CallId, DeviceId, LinkMessage, LinkMessageOf } from '@parley/shared/protocol';
import { type LinkReading, unknownReading } from '../mesh/link-reading.ts';
import type { PeerLink } from '../mesh/peer-link.ts';
import type { StreamName } from '../mesh/track-slots.ts';
import type { View } from '../mesh/video-limits.ts';
import type { Inbox } from './inbox.ts';
import type { KnownPeer } from './known-peer.ts';
import type { ShownReaction } from './reactions.ts';
import type { ParticipantNow } from './session-state.ts';
import { SteadyQuality } from './steady.ts';
import type { Throttle } from './throttle.ts';

/** The messages of a link that go to the disk. */
export type ChatWords =
  | LinkMessageOf<'chat'>
  | LinkMessageOf<'receipt'>
  | LinkMessageOf<'have'>
  | LinkMessageOf<'ids'>
  | LinkMessageOf<'batch'>;

export type ParticipantOptions = {
  peer: KnownPeer;
  deviceId: DeviceId;
  profile: Profile;
  standing: PeerStanding['standing'];
  /** The first computer of its person; absent where the device is that, or the only one. */
  person?: DeviceId | undefined;
  link: PeerLink;
};

/** One other participant, after both confirms: its link, and what it says of itself. */
export class Participant {
  readonly peer: KnownPeer;
  readonly deviceId: DeviceId;
  /** The first computer of its person, which is the device itself for most. */
  person: DeviceId;
  readonly link: PeerLink;
  inbox: Inbox<ChatWords> | undefined;
  naming: Throttle | undefined;
  profile: Profile;
  /** The profile that they said last; it is taken over at a limited rate. */
  saidProfile: Profile;
  /** The last call that they declined. */
  declined: CallId | null = null;
  standing: PeerStanding['standing'];
  presence: LinkMessageOf<'presence'> | null = null;
  /** The sizes at which they show this device's pictures; undefined until they said so. */
  view: View | undefined;
  /** The stays that they are linked with and miss, by their own word. */
  around: LinkMessageOf<'around'> | null = null;
  reading: LinkReading = unknownReading;
  readonly quality = new SteadyQuality();
  speaking = false;
  typing = false;
  safetyCode: string | null = null;
  /** The rules of the room keep them out; the link is about to close. */
  isOut = false;
  /** The server says that their seat ended. */
  gone = false;
  undoTyping: () => void = () => {};
  undoGone: () => void = () => {};

  constructor({ peer, deviceId, profile, standing, person, link }: ParticipantOptions) {
    this.peer = peer;
    this.deviceId = deviceId;
    this.person = person ?? deviceId;
    this.profile = profile;
    this.saidProfile = profile;
    this.standing = standing;
    this.link = link;
  }

  get peerId(): string {
    return this.peer.peerId;
  }

  get name(): string {
    return nameOf(this.profile);
  }

  get call() {
    return this.presence?.call ?? null;
  }

  /** Not to a device that took over a known name, until the person compared the codes or goes on without that, nor to one that was removed. */
  get mayReceiveMedia(): boolean {
    return this.standing !== 'changed' && !this.isOut;
  }

  /** Says something on the link. Somebody who is kept out hears why, and nothing else. */
  send(message: LinkMessage): boolean {
    if (this.isOut && message.type !== 'rules' && message.type !== 'bye') return false;
    return this.link.send(message);
  }

  stopTyping(): void {
    this.undoTyping();
    this.typing = false;
  }

  /** `own`: the call that this person is in. */
  now(own: CallId | null, reaction: ShownReaction | null): ParticipantNow {
    const { link, call } = this;
    // Nothing of a device that took over a known name counts as that person's until this one decided.
    const isShown = own !== null && this.mayReceiveMedia;
    const streamOf = (name: StreamName) => (isShown ? (link.streams.get(name) ?? null) : null);
    return {
      sess: this.peerId,
      deviceId: this.deviceId,
      ...(this.person === this.deviceId ? {} : { person: this.person }),
      name: this.name,
      standing: this.standing,
      link: link.state.at,
      relayed: this.reading.relayed,
      quality: this.quality.shown,
      call,
      speaking: this.speaking && call !== null && this.mayReceiveMedia,
      typing: this.typing,
      reaction,
      busy: this.presence?.busy === true && call === null,
      declined: own !== null && this.declined === own,
      cameraStream: call ? streamOf('camera') : null,
      screenStream: call?.screen ? streamOf('screen') : null,
      safetyCode: this.safetyCode,
    };
  }

  close(): void {
    this.inbox?.close();
    this.naming?.close();
    this.undoTyping();
    this.undoGone();
  }
}
