import { FileItem } from '@parley/shared/model';
import { accept, type FileId, type Outcome, outcomeOf, Refusal, refuse } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import { LOST } from './lost.ts';

/** The content of files in the core. Never rejects. */
export interface FileContent {
  /** Stores a block of an accepted file; it is on the disk when this resolves. */
  write(fileId: FileId, index: number, bytes: Uint8Array<ArrayBuffer>): Promise<Outcome<FileItem>>;
  /** Reads a block of a file that lies on this computer. */
  read(fileId: FileId, index: number): Promise<Outcome<Uint8Array>>;
}

/** Where a page finds a picture that arrived. */
export const pictureAddressOf = (fileId: FileId): string => `/files/${fileId}/picture`;

/** A browser opens six connections to a host: calls and events must find one, however slow the disk is. */
const AT_ONCE_MAX = 3;
/** A disk that takes longer for a block is as good as gone. */
const TIMEOUT_MS = 60_000;

/** The content of files over the page's own origin, which is served by Electron's main process or by the loopback host. */
export function fetchedContent(fetch: (url: string, init: RequestInit) => Promise<Response>, log: Log): FileContent {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  const ask = async <T>(url: string, init: RequestInit, take: (response: Response) => Promise<Outcome<T>>) => {
    // Whoever ends hands their place on.
    if (underWay >= AT_ONCE_MAX) await new Promise<void>((resolve) => waiting.push(resolve));
    else underWay += 1;
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      return await take(await fetch(url, { credentials: 'same-origin', signal, ...init }));
    } catch (error) {
      log.warn('the content of a file could not be reached', errorFields(error));
      return LOST;
    } finally {
      const next = waiting.shift();
      if (next) next();
      else underWay -= 1;
    }
  };
  const refusalIn = async (response: Response): Promise<Refusal> => {
    const parsed = Refusal.safeParse(await response.json());
    return parsed.success ? outcome(parsed.data) : LOST;
  };
  return {
    write: (fileId, index, bytes) =>
      ask(
        `/files/${fileId}/blocks/${index}`,
        { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body: bytes },
        async (response) => {
          if (!response.ok) return refusalIn(response);
          const parsed = outcomeOf(FileItem).safeParse(await response.json());
          return parsed.success && parsed.data.ok ? accept(parsed.data.value) : LOST;
        },
      ),
    read: (fileId, index) =>
      ask(`/files/${fileId}/blocks/${index}`, { method: 'GET' }, async (response) =>
        response.ok ? accept(new Uint8Array(await response.arrayBuffer())) : refusalIn(response),
      ),
  };
}

const outcome = ({ code, message }: Pick<Refusal, 'code' | 'message'>): Refusal => refuse(code, { message });
