import type { Files } from '../files/files.ts';
import type { HandlersOf } from '../router.ts';

/** Files that are offered, sent and received. */
export function fileHandlers(files: Files): HandlersOf<'files'> {
  return {
    'files.list': ({ roomId }) => ({ items: files.list(roomId) }),
    'files.offer': (file) => files.offer(file),
    'files.learn': async ({ roomId, author, offers }) => ({ items: await files.learn(roomId, author, offers) }),
    'files.accept': ({ fileId }) => files.accept(fileId),
    'files.progress': ({ fileId }) => files.progress(fileId),
    'files.set-hashes': ({ fileId, hashes }) => files.setHashes(fileId, hashes),
    'files.hashes': ({ fileId }) => ({ hashes: files.hashes(fileId) }),
    'files.pause': ({ fileId }) => files.pause(fileId),
    'files.decline': ({ fileId }) => files.decline(fileId),
    'files.withdraw': ({ fileId }) => files.withdraw(fileId),
    'files.withdrawn': async ({ fileId, author }) => ({ items: await files.withdrawn(fileId, author) }),
    'files.offer-again': ({ fileId }) => files.offerAgain(fileId),
    'files.forget': async ({ fileId }) => {
      await files.forget(fileId);
      return {};
    },
    'files.open': async ({ fileId }) => {
      await files.open(fileId);
      return {};
    },
    'files.show': async ({ fileId }) => {
      await files.show(fileId);
      return {};
    },
  };
}
