import type { Author, HistoryItem, PeerStanding } from '@parley/shared/model';

type Named = Pick<Author, 'author' | 'authorName' | 'name' | 'confirmed' | 'mine'>;

/**
 * What a device is called from now on, wherever it is shown: an author, and a message with all that it says of others. What is not
 * about the device stays the same object.
 */
export function renamedAs({ deviceId, name, standing }: PeerStanding) {
  const confirmed = standing !== 'changed';
  const author = <A extends Named>(before: A): A =>
    before.author === deviceId && !before.mine
      ? { ...before, name: confirmed ? name : before.authorName, confirmed }
      : before;
  const item = (before: HistoryItem): HistoryItem =>
    [before, before.quote, ...before.reactions.flatMap(({ people }) => people)].some(
      (each) => each?.author === deviceId,
    )
      ? {
          ...author(before),
          quote: before.quote && author(before.quote),
          reactions: before.reactions.map((each) => ({ ...each, people: each.people.map(author) })),
        }
      : before;
  return { author, item };
}
