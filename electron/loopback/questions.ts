import { randomBytes } from 'node:crypto';
import type { Clock, FileWarning } from '#core/ports.ts';

/** A page of the host's own. */
export type PageAnswer = { status: number; headers: Readonly<Record<string, string>>; body: string };

/**
 * Asks the person whether a link or a file may be opened outside Parley. Electron has a dialog for that; here it is a small page
 * that the host shows in a window of its own, out of the reach of the page that asked.
 */
export interface Questions {
  /** Asks about a link; resolves with true only when the person agreed. */
  askLink(url: URL): Promise<boolean>;
  /** Asks about a file that may be harmful; resolves with true only when the person agreed. */
  askFile(warning: FileWarning): Promise<boolean>;
  show(id: string): PageAnswer;
  answer(id: string, agreed: boolean): PageAnswer;
  /** Everything that was not answered counts as no, and so does everything that is asked from now on. */
  close(): void;
}

/** The words of a question, as plain text. */
type Words = { title: string; heading: string; about: string; more: string; agreed: string; refused: string };

const linkWords = (url: URL): Words => ({
  title: 'Open a link outside Parley?',
  heading: `Open ${url.protocol === 'mailto:' ? 'your mail program' : url.host} outside Parley?`,
  about: url.href,
  more: '',
  agreed: 'The link was opened',
  refused: 'The link was not opened',
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
});

/** Questions that may wait at the same time: a page cannot bury the person in windows. */
const WAITING_MAX = 3;
/** A window that was closed without an answer says nothing; after this time that is a no. */
const PATIENCE_MS = 120_000;

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => escapes[character] ?? '');

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
  const waiting = new Map<string, { words: Words; decide(agreed: boolean): void }>();
  let closed = false;
  const settle = (id: string, agreed: boolean) => {
    const question = waiting.get(id);
    waiting.delete(id);
    question?.decide(agreed);
    return question !== undefined;
  };
  const ask = async (words: Words): Promise<boolean> => {
    if (closed || waiting.size >= WAITING_MAX) return false;
    const id = randomBytes(16).toString('base64url');
    const decided = new Promise<boolean>((resolve) => waiting.set(id, { words, decide: resolve }));
    const undo = clock.after(PATIENCE_MS, () => settle(id, false));
    if (!(await show(`/open/${id}`))) settle(id, false);
    const agreed = await decided;
    undo();
    return agreed;
  };

  return {
    askLink: (url) => ask(linkWords(url)),
    askFile: (warning) => ask(fileWords(warning)),
    show(id) {
      const question = waiting.get(id);
      if (!question) return gone();
      const { title, heading, about, more } = question.words;
      return pageOf(
        200,
        title,
        `<h1>${escapeHtml(heading)}</h1><p><code>${escapeHtml(about)}</code></p>${more === '' ? '' : `<p>${escapeHtml(more)}</p>`}
<form method="post"><button name="answer" value="open">Open</button><button name="answer" value="cancel" autofocus>Cancel</button></form>`,
      );
    },
    answer(id, agreed) {
      const words = waiting.get(id)?.words;
      if (!words || !settle(id, agreed)) return gone();
      const said = agreed ? words.agreed : words.refused;
      return pageOf(200, 'Parley', `<h1>${said}</h1><p>You can close this window.</p>`);
    },
    close() {
      closed = true;
      for (const id of waiting.keys()) settle(id, false);
    },
  };
}
