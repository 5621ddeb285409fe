import { accept, type Outcome, RecordingId, refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../session/testing/fake-room.ts';
import { openApp, reachOf } from './testing/open-app.ts';

const recordingId = RecordingId.parse('A'.repeat(22));
type App = Awaited<ReturnType<typeof openApp>>;

/** A core that takes a recording, and what it was asked in order. */
function recordingCore({ core, recordings }: App) {
  const asked: string[] = [];
  const notes: unknown[] = [];
  const parts: number[] = [];
  const answers = core.answers as Record<string, (input: never) => Outcome<unknown>>;
  answers['recordings.begin'] = () => {
    asked.push('begin');
    return accept({ recordingId, name: 'Parley.webm' });
  };
  answers['recordings.note'] = ({ stays }: { stays: unknown }) => {
    notes.push(stays);
    return accept({});
  };
  answers['recordings.finish'] = () => {
    asked.push('finish');
    return accept({ recordingId, name: 'Parley.webm', sizeBytes: 3 });
  };
  recordings.append = async (_id, index, bytes) => {
    parts.push(index);
    return accept({ sizeBytes: bytes.length });
  };
  return { asked, notes, parts };
}

async function callOfTwo() {
  const room = await FakeRoom.create();
  const ana = await openApp(room);
  const ben = await openApp(room, { name: 'ben' });
  for (const each of [ana, ben]) {
    each.actions.prepareCall(room.keyring.roomId);
    await room.quiet();
    await each.actions.joinCall();
    await room.quiet();
  }
  const anaAtBen = () => reachOf(ben.app, room)?.participants[0];
  return { room, ana, ben, anaAtBen, ...recordingCore(ana) };
}

describe('recording the own call (C8)', () => {
  it('tells the others, notes who was there, and ends with its file', async () => {
    const { room, ana, anaAtBen, asked, notes, parts } = await callOfTwo();
    ana.actions.startRecording();
    await room.quiet();
    expect(ana.state().callRecording).toMatchObject({ at: 'running', sizeBytes: 0 });
    expect(anaAtBen()?.recording).toBe(true);
    expect(notes.at(-1)).toEqual([{ name: 'ben', fromMs: 0, toMs: null }]);
    ana.capture.recorder?.piece(new Blob(['abc']));
    await room.quiet();
    expect(ana.state().callRecording).toMatchObject({ sizeBytes: 3 });

    ana.actions.stopRecording();
    await room.quiet();
    expect(ana.state().callRecording).toBeNull();
    expect(anaAtBen()?.recording).toBe(false);
    expect(asked).toEqual(['begin', 'finish']);
    expect(parts).toEqual([0]);
    expect(ana.state().notices.at(-1)).toMatchObject({ shows: recordingId, tone: 'info' });
    expect(ana.capture.open).toBe(0);
  });

  it('notes who leaves', async () => {
    const { room, ana, ben, notes } = await callOfTwo();
    ana.actions.startRecording();
    await room.quiet();
    room.clock.advance(5_000);
    ben.actions.leaveCall();
    await room.quiet();
    expect(notes.at(-1)).toEqual([{ name: 'ben', fromMs: 0, toMs: expect.any(Number) }]);
  });

  it('ends with the call, with what the recorder had to the end', async () => {
    const { room, ana, asked, parts } = await callOfTwo();
    ana.actions.startRecording();
    await room.quiet();
    ana.capture.last = new Blob(['end']);
    ana.actions.leaveCall();
    await room.quiet();
    expect(asked).toEqual(['begin', 'finish']);
    expect(parts).toEqual([0]);
    expect(ana.state().callRecording).toBeNull();
  });

  it('ends where the disk is full, says so, and keeps what is there', async () => {
    const { room, ana, anaAtBen, asked } = await callOfTwo();
    ana.actions.startRecording();
    await room.quiet();
    ana.recordings.append = async () => refuse('disk-full');
    ana.capture.recorder?.piece(new Blob(['abc']));
    await room.quiet();
    expect(asked).toEqual(['begin', 'finish']);
    expect(anaAtBen()?.recording).toBe(false);
    expect(ana.state().notices).toContainEqual(
      expect.objectContaining({ code: 'disk-full', text: expect.stringContaining('is kept') }),
    );
  });

  it('that cannot begin is told to nobody for longer than it tries', async () => {
    const { room, ana, anaAtBen } = await callOfTwo();
    ana.capture.cannotRecord = true;
    ana.actions.startRecording();
    await room.quiet();
    expect(ana.state().callRecording).toBeNull();
    expect(anaAtBen()?.recording).toBe(false);
    expect(ana.state().notices.at(-1)).toMatchObject({ code: 'recording-failed' });
    expect(ana.capture.open).toBe(0);
  });

  it('keeps a picture of the call', async () => {
    const { room, ana } = await callOfTwo();
    ana.recordings.keepPicture = async (roomId) =>
      roomId === room.keyring.roomId
        ? accept({ recordingId, name: 'Parley.png', sizeBytes: 3 })
        : refuse('room-unknown');
    ana.actions.takePicture();
    await room.quiet();
    expect(ana.capture.texts).toEqual(expect.arrayContaining(['ana', 'ben']));
    expect(ana.state().notices.at(-1)).toMatchObject({ shows: recordingId });
    expect(ana.state().callRecording).toBeNull();
  });
});
