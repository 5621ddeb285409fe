import type { Room } from '@parley/shared/model';
import { useEffect, useRef, useState } from 'react';
import { calledAmong } from '../../stores/people.ts';
import { useApp } from '../../stores/react.tsx';
import type { OwnCall, ParticipantView } from '../../stores/state.ts';
import { InviteButton } from '../invites/invite-button.tsx';
import { useSpeaker } from './active-speaker.ts';
import { type Called, callingWords } from './calling-words.ts';
import { leaveFullScreen } from './full-screen.ts';
import { layoutStage, type StageTile } from './layout.ts';
import { handPlaces } from './raised-hands.ts';
import styles from './stage.module.css';
import { OwnTile, ParticipantTile } from './tile.tsx';
import { useViews } from './use-views.ts';

type Joined = Extract<OwnCall, { at: 'joined' }>;
const noParticipants: readonly ParticipantView[] = [];

/** The call itself: everybody's tile, laid out for the space there is. */
export function Stage({ call }: { call: Joined }) {
  const participants = useApp((state) => state.reach[call.roomId]?.participants ?? noParticipants);
  const inCall = participants.filter((participant) => participant.inCall && participant.link !== 'closed');
  const person = useApp((state) => state.computers?.person);
  const room = useApp((state) => state.rooms.find(({ roomId }) => roomId === call.roomId));
  const { layout, ownPicture } = useApp((state) => state.settings.stage);
  const [pinned, setPinned] = useState<string | null>(null);
  const [poppedOut, setPoppedOut] = useState<string | null>(null);
  const ref = useRef<HTMLElement>(null);
  const [space, setSpace] = useState({ width: 0, height: 0 });

  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSpace({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useEffect(() => followPoppedOut(ref.current, setPoppedOut), []);
  useEffect(() => leaveFullScreen, []);

  // Alone, one sees oneself in any case: an empty stage would look broken.
  const showsOwn = ownPicture || inCall.length === 0;
  const tiles: StageTile[] = [
    ...inCall.flatMap(({ sess, screen }): StageTile[] => [
      ...(screen ? [{ key: `${sess}/screen`, kind: 'screen' as const, own: false }] : []),
      { key: `${sess}/camera`, kind: 'camera', own: false },
    ]),
    ...(call.screen ? [{ key: 'self/screen', kind: 'screen' as const, own: true }] : []),
    ...(showsOwn ? [{ key: 'self/camera', kind: 'camera' as const, own: true }] : []),
  ];
  // A shared screen is large by itself, and a call of two has no small tile but one's own.
  const isSpeakerLarge = layout === 'speaker' && inCall.length > 1 && !inCall.some(({ screen }) => screen);
  const speaker = useSpeaker(isSpeakerLarge, inCall);
  const large = tiles.some(({ key }) => key === pinned) ? pinned : speaker && `${speaker}/camera`;
  const laidOut = layoutStage(tiles, { ...space, gap: 12 }, large);
  const hands = handPlaces(call, inCall);
  const boxes = new Map(laidOut.map((box) => [box.key, box]));
  const hidden = new Set(inCall.flatMap(({ sess, hiddenHere }) => (hiddenHere ? [`${sess}/camera`] : [])));
  const seen = laidOut.filter(({ key }) => !hidden.has(key));
  // A picture that went while it was out of the window tells nothing of its end.
  const outside = tiles.some(({ key }) => key === poppedOut) ? poppedOut : null;
  useViews(call.roomId, space.width === 0 ? null : seen, outside);

  return (
    <section className={styles.stage} aria-label="Stage" ref={ref}>
      {tiles.map((tile) => {
        const box = boxes.get(tile.key);
        if (!box) return null;
        const pin = { pinned: pinned === tile.key, onPin: () => setPinned(pinned === tile.key ? null : tile.key) };
        const sess = tile.key.slice(0, tile.key.lastIndexOf('/'));
        const shared = { box, kind: tile.kind, handPlace: hands.get(sess) ?? null, ...pin };
        if (tile.own) return <OwnTile key={tile.key} media={call} {...shared} />;
        const participant = inCall.find((each) => each.sess === sess);
        return participant ? <ParticipantTile key={tile.key} participant={participant} {...shared} /> : null;
      })}
      {inCall.length === 0 ? <Alone room={room} ring={call.ring} here={calledAmong(participants, person)} /> : null}
    </section>
  );
}

/** Tells of the tile that the person took out of the window, by its key. Returns the undo. */
function followPoppedOut(stage: HTMLElement | null, changed: (key: string | null) => void): () => void {
  const keyOf = ({ target }: Event) => {
    const tile = target instanceof Element ? target.closest<HTMLElement>('[data-sess]') : null;
    return tile ? `${tile.dataset.sess}/${tile.dataset.kind}` : null;
  };
  const entered = (event: Event) => changed(keyOf(event));
  const left = () => changed(null);
  stage?.addEventListener('enterpictureinpicture', entered);
  stage?.addEventListener('leavepictureinpicture', left);
  return () => {
    stage?.removeEventListener('enterpictureinpicture', entered);
    stage?.removeEventListener('leavepictureinpicture', left);
  };
}

/** Says what to do while nobody else is in the call. */
function Alone({ room, ring, here }: { room: Room | undefined; ring: Joined['ring']; here: readonly Called[] }) {
  return (
    <div className={styles.alone}>
      <p role="status">{callingWords(ring, here)}</p>
      {room && here.length === 0 ? <InviteButton room={room} look="primary" /> : null}
    </div>
  );
}
