import { refuse } from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { FakeRoom } from '../../session/testing/fake-room.ts';
import { openApp } from '../testing/open-app.ts';

const file = new Blob(['a picture']);
const setUp = async () => openApp(await FakeRoom.create());

describe('a picture of their own behind the person (C10)', () => {
  it('is kept and used at once, and another one takes its place', async () => {
    const { actions, background, state } = await setUp();
    expect(await actions.chooseBackground(file)).toMatchObject({ ok: true });
    expect(background.kept).toBe(file);
    const first = state().settings.processing;
    expect(first).toMatchObject({ background: 'own', pictureAt: expect.any(Number) });
    await actions.chooseBackground(new Blob(['another']));
    expect(state().settings.processing.pictureAt).toBeGreaterThan(first.pictureAt ?? 0);
  });

  it('is refused in words where the file is no picture or the disk does not take it, and nothing changes', async () => {
    const { actions, background, media, state } = await setUp();
    media.takesPicture = false;
    expect(await actions.chooseBackground(file)).toMatchObject({ code: 'picture-unsuitable' });
    media.takesPicture = true;
    background.refusal = refuse('disk-full');
    expect(await actions.chooseBackground(file)).toMatchObject({ code: 'disk-full' });
    expect(state().settings.processing).toMatchObject({ background: 'none', pictureAt: null });
    expect(state().notices).toEqual([]);
  });

  it('leaves a blurred room when it is removed while it is used, and says so', async () => {
    const { actions, background, state } = await setUp();
    await actions.chooseBackground(file);
    await actions.removeBackground();
    expect(background.kept).toBeNull();
    expect(state().settings.processing).toMatchObject({ background: 'blur', pictureAt: null });
    expect(state().notices.at(-1)?.text).toContain('blurred');
  });

  it('goes quietly where another background is used', async () => {
    const { actions, background, state } = await setUp();
    await actions.chooseBackground(file);
    await actions.changeSettings({ processing: { background: 'meadow' } });
    await actions.removeBackground();
    expect(background.kept).toBeNull();
    expect(state().settings.processing).toMatchObject({ background: 'meadow', pictureAt: null });
    expect(state().notices).toEqual([]);
  });
});
