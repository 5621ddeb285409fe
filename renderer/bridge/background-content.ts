import { accept, type Outcome, Refusal, refuse } from '@parley/shared/protocol';
import { errorFields, type Log } from '../log.ts';
import { LOST } from './lost.ts';

/** The picture of their own that a person has behind them, in the core. Never rejects. */
export interface BackgroundContent {
  /** Keeps a JPEG in place of the one before. */
  keep(jpeg: Blob): Promise<Outcome<null>>;
  /** Null where there is none. */
  read(): Promise<Blob | null>;
  remove(): Promise<Outcome<null>>;
}

const PATH = '/background';
/** Where a page finds the picture that was kept then. */
export const backgroundAddressOf = (keptAt: number): string => `${PATH}?${keptAt}`;

const TIMEOUT_MS = 60_000;

/** The same over the page's own origin, as the content of files. */
export function fetchedBackground(
  fetch: (url: string, init: RequestInit) => Promise<Response>,
  log: Log,
): BackgroundContent {
  const ask = (init: RequestInit): Promise<Response> =>
    fetch(PATH, { credentials: 'same-origin', signal: AbortSignal.timeout(TIMEOUT_MS), ...init });
  const change = async (init: RequestInit): Promise<Outcome<null>> => {
    try {
      const response = await ask({ headers: { 'content-type': 'application/octet-stream' }, ...init });
      if (response.ok) return accept(null);
      const refused = Refusal.safeParse(await response.json());
      return refused.success ? refuse(refused.data.code, { message: refused.data.message }) : LOST;
    } catch (error) {
      log.warn('the own background could not reach the core', errorFields(error));
      return LOST;
    }
  };
  return {
    // As bytes: a blob brings a type of its own.
    keep: (jpeg) => change({ method: 'PUT', body: jpeg.slice(0, jpeg.size, '') }),
    remove: () => change({ method: 'DELETE' }),
    async read() {
      try {
        const response = await ask({ method: 'GET' });
        return response.ok ? await response.blob() : null;
      } catch (error) {
        log.warn('the own background could not be read', errorFields(error));
        return null;
      }
    },
  };
}
