import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { escapeHtml } from '#core/escape-html.ts';
import { newComputerWords } from '#core/new-computer-words.ts';
import type { Clock, FileWarning, PlaceWish } from '#core/ports.ts';

/** A page of the host's own. */
export type PageAnswer = { status: number; headers: Readonly<Record<string, string>>; body: string };

/**
 * Asks the person whether a link or a file may be opened outside Parley, or another computer may become theirs. Electron has a dialog for
 * that; here it is a small page that the host shows in a window of its own, out of the reach of the page that asked.
 */
export interface Questions {
  /** Asks about a link; resolves with true only when the person agreed. */
  askLink(url: URL): Promise<boolean>;
  /** Asks about a file that may be harmful; resolves with true only when the person agreed. */
  askFile(warning: FileWarning): Promise<boolean>;
  /** Asks whether a computer with this name becomes one of the person's; true only when they agreed, false once it is withdrawn. */
  askComputer(name: string, withdrawn: AbortSignal): Promise<boolean>;
  /** Asks for the path of a folder or a file on this computer, with one filled in; empty where the person wants none. */
  askPlace(wish: PlaceWish, suggested: string): Promise<string[]>;
  show(id: string): PageAnswer;
  /** `place` is what was typed where a path was asked for. */
  answer(id: string, agreed: boolean, place?: string): PageAnswer;
  /** Everything that was not answered counts as no, and so does everything that is asked from now on. */
  close(): void;
}

/** The words of a question, as plain text. */
type Words = {
  title: string;
  heading: string;
  about: string;
  more: string;
  agreed: string;
  refused: string;
  yes: string;
};
/** A path that is asked for: what it is called, what is filled in, what it has to be. */
type Field = { label: string; value: string; is: 'folder' | 'file' };

const linkWords = (url: URL): Words => ({
  title: 'Open a link outside Parley?',
  heading: `Open ${url.protocol === 'mailto:' ? 'your mail program' : url.host} outside Parley?`,
  about: url.href,
  more: '',
  agreed: 'The link was opened',
  refused: 'The link was not opened',
  yes: 'Open',
});

const fileWords = ({ name, risk }: FileWarning): Words => ({
  title: 'Open a received file?',
  heading: risk === 'dangerous' ? 'This file can harm your computer. Open it?' : 'Open this file?',
  about: name,
  more:
    risk === 'dangerous'
      ? 'It is a program, or it can make another program run something. Open it only if you expected it from a person that you trust.'
      : 'Parley does not know this kind of file. Open it only if you expected it.',
  agreed: 'The file was opened',
  refused: 'The file was not opened',
  yes: 'Open',
});

const computerWords = (name: string): Words => ({
  title: 'A new computer',
  heading: newComputerWords.question(name),
  about: '',
  more: newComputerWords.about,
  agreed: 'The computer is being added',
  refused: 'The computer was not added',
  yes: 'Add computer',
});

const placeWords: Readonly<Record<PlaceWish, Omit<Words, 'yes'> & Omit<Field, 'value'>>> = {
  'export-folder': {
    title: 'Where to put the export',
    heading: 'In which folder shall the export be?',
    about: '',
    more: 'A new folder is made in it. Nothing that is there is changed.',
    agreed: 'The export has begun',
    refused: 'Nothing is exported',
    label: 'Folder on this computer',
    is: 'folder',
  },
  'import-files': {
    title: 'Import a room',
    heading: 'Which file shall be imported?',
    about: '',
    more: 'It is the file of a room that ends in “.json”, in the folder of an export.',
    agreed: 'The import has begun',
    refused: 'Nothing is imported',
    label: 'File on this computer',
    is: 'file',
  },
  'backup-folder': {
    title: 'Where to keep backups',
    heading: 'In which folder shall backups be kept?',
    about: '',
    more: 'Best on another disk, or in a folder that is copied elsewhere.',
    agreed: 'Backups are kept there',
    refused: 'No folder was chosen',
    label: 'Folder on this computer',
    is: 'folder',
  },
  'backup-file': {
    title: 'Restore a backup',
    heading: 'Which backup shall be restored?',
    about: '',
    more: 'Its name ends in “.parley-backup”.',
    agreed: 'The backup was chosen',
    refused: 'No backup was chosen',
    label: 'File on this computer',
    is: 'file',
  },
};

/** Questions that may wait at the same time: a page cannot bury the person in windows. */
const WAITING_MAX = 3;
/** A window that was closed without an answer says nothing; after this time that is a no. */
const PATIENCE_MS = 120_000;

const CSP =
  "default-src 'none'; style-src 'nonce-NONCE'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

function pageOf(status: number, title: string, body: string): PageAnswer {
  const nonce = randomBytes(16).toString('base64url');
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      // Without a referrer a form would say that it comes from nowhere, and be refused.
      'referrer-policy': 'same-origin',
      'content-security-policy': CSP.replace('NONCE', nonce),
    },
    body: `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>${title}</title><style nonce="${nonce}">
body{font:16px/1.5 system-ui,sans-serif;margin:2.5rem auto;max-width:34rem;padding:0 1.5rem}
h1{font-size:1.3rem}code{overflow-wrap:anywhere;opacity:.8}form{display:flex;gap:.75rem;margin-top:1.5rem}
button{font:inherit;padding:.5rem 1.25rem;border-radius:.5rem;border:1px solid currentColor;background:none;color:inherit}
</style></head><body>${body}</body></html>`,
  };
}

const gone = () => pageOf(410, 'Parley', '<h1>This question is no longer open</h1><p>You can close this window.</p>');

/**
 * `show` opens a window at the path of a question and resolves with false where none can be opened: then the answer
 * is no.
 */
export function createQuestions(clock: Clock, show: (path: string) => Promise<boolean>): Questions {
  const waiting = new Map<string, { words: Words; field: Field | null; decide(place: string | null): void }>();
  let closed = false;
  const settle = (id: string, place: string | null) => {
    const question = waiting.get(id);
    waiting.delete(id);
    question?.decide(place);
    return question !== undefined;
  };
  /** The path that was typed, or the empty text where none was asked for; null for a no. */
  const ask = async (
    words: Words,
    { field = null, withdrawn }: { field?: Field | null; withdrawn?: AbortSignal } = {},
  ): Promise<string | null> => {
    if (closed || withdrawn?.aborted || waiting.size >= WAITING_MAX) return null;
    const id = randomBytes(16).toString('base64url');
    const decided = new Promise<string | null>((resolve) => waiting.set(id, { words, field, decide: resolve }));
    const undo = clock.after(PATIENCE_MS, () => settle(id, null));
    const withdraw = () => settle(id, null);
    withdrawn?.addEventListener('abort', withdraw, { once: true });
    if (!(await show(`/open/${id}`))) settle(id, null);
    const answer = await decided;
    undo();
    withdrawn?.removeEventListener('abort', withdraw);
    return answer;
  };
  const form = ({ words, field }: { words: Words; field: Field | null }, typed = field?.value ?? '', trouble = '') => {
    const { title, heading, about, more, yes } = words;
    const place = field
      ? `<p><label>${escapeHtml(field.label)}<br><input name="place" value="${escapeHtml(typed)}" size="48" required autofocus></label></p>
${trouble === '' ? '' : `<p role="alert">${escapeHtml(trouble)}</p>`}`
      : '';
    return pageOf(
      200,
      title,
      `<h1>${escapeHtml(heading)}</h1>${about === '' ? '' : `<p><code>${escapeHtml(about)}</code></p>`}${more === '' ? '' : `<p>${escapeHtml(more)}</p>`}
<form method="post">${place}<button name="answer" value="open">${yes}</button><button name="answer" value="cancel" formnovalidate${field ? '' : ' autofocus'}>Cancel</button></form>`,
    );
  };

  return {
    askLink: async (url) => (await ask(linkWords(url))) !== null,
    askFile: async (warning) => (await ask(fileWords(warning))) !== null,
    askComputer: async (name, withdrawn) => (await ask(computerWords(name), { withdrawn })) !== null,
    async askPlace(wish, suggested) {
      const { label, is, ...words } = placeWords[wish];
      const place = await ask({ ...words, yes: 'Choose' }, { field: { label, is, value: suggested } });
      return place === null ? [] : [place];
    },
    show(id) {
      const question = waiting.get(id);
      return question ? form(question) : gone();
    },
    answer(id, agreed, typed = '') {
      const question = waiting.get(id);
      if (!question) return gone();
      const { words, field } = question;
      const place = agreed && field ? placeOf(typed) : '';
      if (agreed && field && !isA(field.is, place)) {
        return form(question, typed, `There is no such ${field.is} on this computer.`);
      }
      settle(id, agreed ? place : null);
      const said = agreed ? words.agreed : words.refused;
      return pageOf(200, 'Parley', `<h1>${said}</h1><p>You can close this window.</p>`);
    },
    close() {
      closed = true;
      for (const id of waiting.keys()) settle(id, null);
    },
  };
}

/** A typed path with the quotes that file managers put around it taken off, and `~` for the home folder. */
function placeOf(typed: string): string {
  const path = typed.trim().replace(/^(["'])(.*)\1$/, '$2');
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

function isA(kind: Field['is'], path: string): boolean {
  const found = isAbsolute(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return kind === 'folder' ? found?.isDirectory() === true : found?.isFile() === true;
}
