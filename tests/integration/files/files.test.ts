import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileId, LIMITS, RoomId, toBase64Url } from '@parley/shared/protocol';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '#support/wait.ts';
import { seededBy } from '../../../shared/testing/test-seed.ts';
import { FilesMember, FilesWire, localFileOf } from './members.ts';

const MB = LIMITS.fileBlockBytes;
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const soon = { everyMs: 5, timeoutMs: 20_000 };

describe('files between members (H7)', () => {
  let folder: string;
  let members: FilesMember[];
  let roomId: RoomId;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'parley-files-'));
    members = [];
    roomId = RoomId.parse(toBase64Url(randomBytes(16)));
  });
  afterEach(async () => {
    await Promise.all(members.map((member) => member.close()));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const enter = (name: string): FilesMember => {
    const member = new FilesMember(join(folder, name), roomId);
    members.push(member);
    return member;
  };
  const offered = (member: FilesMember, fileId: FileId) =>
    until('the offer', () => member.item(fileId)?.state === 'offered', soon);
  const received = (member: FilesMember, fileId: FileId) =>
    until('the whole file', () => member.item(fileId)?.state === 'received', soon);
  const contentOf = (member: FilesMember, fileId: FileId): string =>
    sha256(readFileSync(join(member.downloads, member.item(fileId)?.shownName ?? '')));

  it('are offered to those who come later, and wait for their answer', async () => {
    const [ana, ben] = [enter('ana'), enter('ben')];
    const content = new Uint8Array(randomBytes(3 * MB + 5));
    const fileId = await ana.offer('data.xyz', content);
    const first = new FilesWire(ana, ben);
    await offered(ben, fileId);
    first.cut();
    await ben.core.accept(fileId);
    new FilesWire(ana, ben);
    await received(ben, fileId);
    expect(contentOf(ben, fileId)).toBe(sha256(content));
    await until('the author to hear of it', () => ana.files[0]?.peers[0]?.state === 'received', soon);
  });

  it('come from any member who has them, several at once, and pass a liar by', async () => {
    const [ana, ben, cem, dora] = [enter('ana'), enter('ben'), enter('cem'), enter('dora')];
    const content = new Uint8Array(randomBytes(16 * MB));
    const fileId = await ana.offer('data.xyz', content);
    for (const member of [ben, cem, dora]) {
      const wire = new FilesWire(ana, member);
      await offered(member, fileId);
      if (member !== dora) {
        await member.core.accept(fileId);
        await received(member, fileId);
      }
      wire.cut();
    }
    // Ana is away. Cem gives changed bytes.
    const lies = cem.core.readBlock.bind(cem.core);
    cem.core.readBlock = async (id, index) => {
      const bytes = Uint8Array.from(await lies(id, index));
      bytes[9] = (bytes[9] ?? 0) ^ 1;
      return bytes;
    };
    await dora.core.accept(fileId);
    const [honest, liar] = [new FilesWire(ben, dora), new FilesWire(cem, dora)];
    await received(dora, fileId);
    expect(contentOf(dora, fileId)).toBe(sha256(content));
    expect(honest.arrived).toBeGreaterThan(0);
    // Three wrong blocks, and those that were under way by then.
    expect(liar.arrived).toBeLessThanOrEqual(10 * MB);
    expect(honest.arrived + liar.arrived).toBeGreaterThanOrEqual(content.length);
  });

  it('pause and go on, and are given up', async () => {
    const [ana, ben] = [enter('ana'), enter('ben')];
    const content = new Uint8Array(randomBytes(12 * MB));
    const fileId = await ana.offer('data.xyz', content);
    const wire = new FilesWire(ana, ben);
    await offered(ben, fileId);
    await ben.core.accept(fileId);
    await until('some blocks', () => wire.arrived > 2 * MB, { ...soon, everyMs: 1 });
    ben.core.pause(fileId);
    await until('the author to hear of the pause', () => ana.files[0]?.peers[0]?.state === 'paused', soon);
    const atPause = wire.arrived;
    expect(atPause).toBeLessThan(content.length);
    await ben.core.accept(fileId);
    await received(ben, fileId);
    expect(contentOf(ben, fileId)).toBe(sha256(content));
    // The block that was under way at the pause at most.
    expect(wire.arrived).toBeLessThanOrEqual(content.length + MB);

    const second = await ana.offer('other.xyz', content);
    await offered(ben, second);
    await ben.core.accept(second);
    await until('some blocks', () => (ben.item(second)?.haveBytes ?? 0) > 0, { ...soon, everyMs: 1 });
    await ben.core.decline(second);
    await until('the author to hear of the no', () => ana.files[1]?.peers[0]?.state === 'declined', soon);
    expect(readdirSync(join(ben.folder, 'files')).filter((name) => name.endsWith('.part'))).toEqual([]);
    ana.core.offerAgain(second);
    await offered(ben, second);
  });

  it('end at the receiver when the author takes them back', async () => {
    const [ana, ben] = [enter('ana'), enter('ben')];
    const fileId = await ana.offer('data.xyz', new Uint8Array(randomBytes(100)));
    new FilesWire(ana, ben);
    await offered(ben, fileId);
    ana.core.withdraw(fileId);
    await until('the offer to end', () => ben.item(fileId)?.state === 'declined', soon);
  });

  it('stop when the disk takes nothing, and go on from there', async () => {
    const [ana, ben] = [enter('ana'), enter('ben')];
    const content = new Uint8Array(randomBytes(6 * MB));
    const fileId = await ana.offer('data.xyz', content);
    const wire = new FilesWire(ana, ben);
    await offered(ben, fileId);
    // A disk that never answers: the sender must not be asked for more and more.
    let full = true;
    const write = ben.core.writeBlock.bind(ben.core);
    let stuck: (() => void)[] = [];
    ben.core.writeBlock = async (id, index, bytes) => {
      if (full) await new Promise<void>((resolve) => stuck.push(resolve));
      return write(id, index, bytes);
    };
    await ben.core.accept(fileId);
    const big = await ana.offer('big.xyz', new Uint8Array(randomBytes(30 * MB)));
    await offered(ben, big);
    await ben.core.accept(big);
    let before = -1;
    await until(
      'the sender to stand still',
      () => {
        const still = before === wire.arrived && stuck.length > 0;
        before = wire.arrived;
        return still;
      },
      { timeoutMs: 20_000, everyMs: 300 },
    );
    // Ten blocks of each file at most were on their way.
    expect(wire.arrived).toBeLessThanOrEqual(20 * MB);
    full = false;
    for (const go of stuck) go();
    stuck = [];
    await Promise.all([received(ben, fileId), received(ben, big)]);
    expect(contentOf(ben, fileId)).toBe(sha256(content));
  });

  it('arrive whole over any cuts and restarts, with at most one block sent again for each', async () => {
    const step = fc.record({
      /** Where the connection is cut, in parts of a block. */
      after: fc.double({ min: 0, max: 2.5, noNaN: true }),
      event: fc.constantFrom('cut', 'cut', 'restart receiver', 'restart sender'),
    });
    let story = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 3, maxLength: 12 }),
        fc.integer({ min: 1, max: 9 * MB }),
        async (steps, size) => {
          story += 1;
          const [ana, ben] = [enter(`ana ${story}`), enter(`ben ${story}`)];
          const content = new Uint8Array(randomBytes(size));
          const fileId = await ana.offer('data.xyz', content);
          const hello = new FilesWire(ana, ben, 0);
          await offered(ben, fileId);
          hello.cut();
          await ben.core.accept(fileId);
          let arrived = 0;
          let cuts = 0;
          for (const { after, event } of steps) {
            if (ben.item(fileId)?.state === 'received') break;
            const wire = new FilesWire(ana, ben, Math.round(after * MB));
            await until('the cut or the end', () => !wire.isOpen || ben.item(fileId)?.state === 'received', {
              ...soon,
              everyMs: 1,
            });
            wire.cut();
            arrived += wire.arrived;
            cuts += 1;
            if (event === 'restart receiver') {
              await ben.close();
              ben.start();
            }
            if (event === 'restart sender') {
              await ana.close();
              ana.start();
              await until('the own offer', () => ana.item(fileId), soon);
              ana.choose(fileId, localFileOf('data.xyz', content));
            }
          }
          const last = new FilesWire(ana, ben);
          await received(ben, fileId);
          arrived += last.arrived;
          expect(contentOf(ben, fileId)).toBe(sha256(content));
          expect(arrived).toBeGreaterThanOrEqual(size);
          expect(arrived).toBeLessThanOrEqual(size + cuts * MB);
          await Promise.all([ana.close(), ben.close()]);
          members = [];
        },
      ),
      { numRuns: 25, ...seededBy(process.env.PARLEY_SEED) },
    );
  }, 120_000);
});
