import { randomBytes } from 'node:crypto';
import type { Clock } from '#core/ports.ts';

/** A page of the host's own. */
export type PageAnswer = { status: number; headers: Readonly<Record<string, string>>; body: string };

/**
 * Asks the person whether a link may be opened outside Parley. Electron has a dialog for that; here it is a small page
 * that the host shows in a window of its own, out of the reach of the page that asked.
 */
export interface LinkQuestions {
  /** Shows the question; resolves with true only when the person agreed. */
  ask(url: URL): Promise<boolean>;
  show(id: string): PageAnswer;
  answer(id: string, agreed: boolean): PageAnswer;
  /** Everything that was not answered counts as no, and so does everything that is asked from now on. */
  close(): void;
}

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
export function createLinkQuestions(clock: Clock, show: (path: string) => Promise<boolean>): LinkQuestions {
  const waiting = new Map<string, { url: URL; decide(agreed: boolean): void }>();
  let closed = false;
  const settle = (id: string, agreed: boolean) => {
    const question = waiting.get(id);
    waiting.delete(id);
    question?.decide(agreed);
    return question !== undefined;
  };

  return {
    async ask(url) {
      if (closed || waiting.size >= WAITING_MAX) return false;
      const id = randomBytes(16).toString('base64url');
      const decided = new Promise<boolean>((resolve) => waiting.set(id, { url, decide: resolve }));
      const undo = clock.after(PATIENCE_MS, () => settle(id, false));
      if (!(await show(`/open/${id}`))) settle(id, false);
      const agreed = await decided;
      undo();
      return agreed;
    },
    show(id) {
      const question = waiting.get(id);
      if (!question) return gone();
      const target = question.url.protocol === 'mailto:' ? 'your mail program' : question.url.host;
      return pageOf(
        200,
        'Open a link outside Parley?',
        `<h1>Open ${escapeHtml(target)} outside Parley?</h1><p><code>${escapeHtml(question.url.href)}</code></p>
<form method="post"><button name="answer" value="open">Open</button><button name="answer" value="cancel" autofocus>Cancel</button></form>`,
      );
    },
    answer(id, agreed) {
      if (!settle(id, agreed)) return gone();
      const said = agreed ? 'The link was opened' : 'The link was not opened';
      return pageOf(200, 'Parley', `<h1>${said}</h1><p>You can close this window.</p>`);
    },
    close() {
      closed = true;
      for (const id of waiting.keys()) settle(id, false);
    },
  };
}
