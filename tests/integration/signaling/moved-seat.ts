import { sentenceOf } from '@parley/shared/protocol';
import type { SignalingServer } from '@parley/signaling-server/server.ts';
import { expect } from 'vitest';
import { Client, newSignalId, RoomKey, someBox, until } from './harness.ts';

type Place = Pick<SignalingServer, 'port'>;

/**
 * Sockets that all hold the token of one seat, taking it from each other: they connect to `places` in turn. Expects that it moves at
 * once, that who had it is told and can say nothing more for it, that the others see neither a leave nor a join, and that it ends.
 */
export async function fightForASeat(places: readonly [Place, Place]): Promise<void> {
  const key = new RoomKey();
  const ana = new Client(places[1]);
  const { participantId: anaId } = await ana.join(key);
  const sockets: Client[] = [];
  for (let n = 0; n < 5; n++) {
    const socket = new Client(places[n % 2 === 0 ? 0 : 1]);
    await socket.connected();
    sockets.push(socket);
  }
  const [first, second, third, fourth, fifth] = sockets as [Client, Client, Client, Client, Client];
  const { participantId, resumeToken } = await first.join(key);
  const hasLost = async (socket: Client): Promise<void> => {
    expect(await socket.hear('seat:moved')).toEqual({
      roomId: key.roomId,
      code: 'seat-moved',
      message: sentenceOf('seat-moved'),
    });
    const signal = { roomId: key.roomId, to: anaId, id: newSignalId(), box: someBox() };
    expect(await socket.call('signal:send', signal)).toMatchObject({ ok: false, code: 'not-in-room' });
  };
  const isReached = async (socket: Client): Promise<void> => {
    const signal = { roomId: key.roomId, to: participantId, id: newSignalId(), box: someBox() };
    expect(await ana.call('signal:send', signal)).toEqual({ ok: true, value: { handedTo: 1 } });
    expect((await socket.hear('signal:received')).id).toBe(signal.id);
  };

  expect(await second.join(key, { resumeToken })).toMatchObject({ participantId, resumed: true, resumeToken });
  await hasLost(first);
  await isReached(second);
  // Its end is nobody's.
  first.vanish();
  expect(await third.join(key, { resumeToken })).toMatchObject({ participantId, resumed: true, resumeToken });
  await hasLost(second);
  const kept = await fourth.join(key, { resumeToken });
  expect(kept).toMatchObject({ participantId, resumed: true });
  expect(kept.resumeToken).not.toBe(resumeToken);
  await hasLost(third);
  await isReached(fourth);

  const other = await fifth.join(key, { resumeToken });
  expect(other.resumed).toBe(false);
  expect(other.participantId).not.toBe(participantId);
  expect(other.participants).toHaveLength(2);
  await isReached(fourth);
  expect(fourth.heard.map(({ event }) => event)).not.toContain('seat:moved');
  // She may sit at another worker or node, and hears of it when the news is there.
  await until(() => ana.heard.filter(({ event }) => event === 'participant:joined').length === 2, 'news of the other');
  expect(ana.heard.filter(({ event }) => event === 'participant:back')).toHaveLength(3);
  expect(ana.heard.filter(({ event }) => event === 'participant:joined').map(({ payload }) => payload)).toEqual([
    { roomId: key.roomId, participantId },
    { roomId: key.roomId, participantId: other.participantId },
  ]);
  expect(ana.heard.map(({ event }) => event)).not.toContain('participant:away');
  expect(ana.heard.map(({ event }) => event)).not.toContain('participant:left');
}
