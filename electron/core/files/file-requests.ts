import { FileId, LIMITS, type Outcome, ParleyError, type Refusal, refusalOf, refuse } from '@parley/shared/protocol';
import type { Log } from '../ports.ts';
import type { Files } from './files.ts';

/** An answer to a page's request for the content of a file. */
export type FileAnswer = { status: number; headers: Record<string, string>; body: Uint8Array | string };

/** The content of files, for hosts that carry bytes beside the table of calls. */
export interface FileContent {
  /** The most bytes that a request with that path may bring along. */
  bodyMaxBytes(path: string): number;
  /** Whether a request with that path is about the content of a file. */
  isFor(path: string): boolean;
  /** Answers a request; never rejects. */
  answer(method: string, path: string, body: () => Promise<Outcome<Uint8Array>>): Promise<FileAnswer>;
}

const PATH = /^\/files\/([A-Za-z0-9_-]{22})\/(?:blocks\/(\d{1,3})|(picture))$/;

const common = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  // Whatever the bytes are, nothing in them runs.
  'content-security-policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
} as const;

const STATUS: Partial<Record<Refusal['code'], number>> = {
  'bad-request': 400,
  'too-large': 413,
  'file-unknown': 404,
  'file-missing': 404,
  'not-allowed': 403,
  'file-block-wrong': 422,
  'voice-invalid': 422,
  'picture-unsuitable': 422,
  'disk-full': 507,
  'recording-unknown': 404,
  'room-unknown': 404,
};

/** An answer of the content that is bytes. */
export const contentBytes = (type: string, body: Uint8Array): FileAnswer => ({
  status: 200,
  headers: { ...common, 'content-type': type },
  body,
});

/** The HTTP status of a refusal. */
export const statusOf = (code: Refusal['code'], otherwise = 500): number => STATUS[code] ?? otherwise;

/** An answer of the content that is no content. */
export const contentJson = (status: number, outcome: Outcome<unknown>): FileAnswer => ({
  status,
  headers: { ...common, 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(outcome),
});

/**
 * PUT /files/<id>/blocks/<index> stores a block, GET reads one, GET /files/<id>/picture gives a picture that arrived. Bytes go this
 * way because the table of calls carries JSON alone.
 */
export function fileContent(files: Files, log: Log): FileContent {
  return {
    bodyMaxBytes: () => LIMITS.fileBlockBytes,
    isFor: (path) => path.startsWith('/files/'),
    async answer(method, path, body) {
      const [, id, index, picture] = PATH.exec(path) ?? [];
      const fileId = FileId.safeParse(id);
      if (!fileId.success) return contentJson(404, refuse('file-unknown'));
      try {
        if (method === 'PUT' && index !== undefined) {
          const block = await body();
          if (!block.ok) return contentJson(statusOf(block.code, 400), block);
          return contentJson(200, { ok: true, value: await files.writeBlock(fileId.data, Number(index), block.value) });
        }
        if (method !== 'GET') return contentJson(405, refuse('bad-request'));
        if (picture !== undefined) {
          const { type, bytes } = await files.picture(fileId.data);
          return contentBytes(type, bytes);
        }
        const bytes = await files.readBlock(fileId.data, Number(index));
        return contentBytes('application/octet-stream', bytes);
      } catch (error) {
        if (!(error instanceof ParleyError)) {
          log.error('the content of a file failed', { error: error instanceof Error ? error.name : 'unknown' });
        }
        const refusal = refusalOf(error);
        return contentJson(statusOf(refusal.code), refusal);
      }
    },
  };
}

/** Several contents as one; each request goes to the first that it is for. */
export function joinedContent(first: FileContent, ...rest: readonly FileContent[]): FileContent {
  const of = (path: string) => rest.find((each) => each.isFor(path)) ?? first;
  return {
    bodyMaxBytes: (path) => of(path).bodyMaxBytes(path),
    isFor: (path) => of(path).isFor(path),
    answer: (method, path, body) => of(path).answer(method, path, body),
  };
}
