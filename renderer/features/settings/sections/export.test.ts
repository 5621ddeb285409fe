import { expect, it } from 'vitest';
import { resultWords } from './export.tsx';

it('says what came of an export or import', () => {
  const exported = { kind: 'export', folder: '/x', rooms: 1, entries: 7, files: 0, filesMissing: 0 } as const;
  expect(resultWords(exported)).toBe('1 room exported.');
  expect(resultWords({ ...exported, rooms: 2, files: 3, filesMissing: 1 })).toBe(
    '2 rooms exported, with 3 files. 1 file was not on this computer and could not be copied.',
  );
  const imported = {
    kind: 'import',
    rooms: 1,
    added: 0,
    known: 9,
    refused: 0,
    forged: 0,
    files: 0,
    filesMissing: 0,
    filesWrong: 0,
    filesNotStored: 0,
  } as const;
  expect(resultWords(imported)).toBe('1 room imported. Everything was here already.');
  expect(resultWords({ ...imported, added: 5, known: 1, refused: 3, forged: 2 })).toBe(
    '1 room imported. 5 entries are new here, 1 was here already. 3 entries were refused, 2 of them not signed by their authors.',
  );
  expect(resultWords({ ...imported, files: 1 })).toBe(
    '1 room imported. Everything was here already. 1 file came along.',
  );
  expect(resultWords({ ...imported, files: 2, filesMissing: 3, filesWrong: 1, filesNotStored: 1 })).toBe(
    '1 room imported. Everything was here already. 2 files came along. 3 files were not beside the export. 1 file was left out: not what its message says. 1 file could not be stored on this computer: make room on the disk and import once more.',
  );
});
