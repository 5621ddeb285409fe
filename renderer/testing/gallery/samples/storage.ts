import type { Room, StorageOverview } from '@parley/shared/model';

const DAY_MS = 86_400_000;

export const sampleStorage = (rooms: readonly Room[]): StorageOverview => ({
  rooms: rooms.map(({ roomId }, place) => ({
    roomId,
    messages: [48_210, 860, 3_120, 12][place] ?? 4,
    historyBytes: [96_400_000, 1_900_000, 6_100_000, 41_000][place] ?? 9_000,
    files: [212, 14, 0, 1][place] ?? 0,
    fileBytes: [4_310_000_000, 88_000_000, 0, 2_100_000][place] ?? 0,
  })),
  historyBytes: 1_410_000_000,
  snapshots: [
    { madeAt: Date.now() - DAY_MS / 3, bytes: 103_000_000 },
    { madeAt: Date.now() - 1.4 * DAY_MS, bytes: 101_000_000 },
  ],
  damagedBytes: 4_000_000,
  freeableBytes: 1_310_000_000,
});
