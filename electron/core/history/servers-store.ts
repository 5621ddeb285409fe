import { LostRightCode, ServerHost } from '@parley/shared/model';
import type { HistoryContext } from './history-context.ts';
import { sql } from './statements.ts';

/** This person's right to a server as it lies on disk: a wrapped password or refresh token, and why it counts no more. */
export type RightRow = { kind: 'password' | 'token'; credential: Uint8Array; lost: LostRightCode | null };
/** A known server; the app's own is not among them. */
export type ServerRow = { host: ServerHost; name: string | null; addedAt: number; right: RightRow | null };

type StoredServer = {
  host: string;
  name: string | null;
  kind: string | null;
  credential: Uint8Array | null;
  lost: string | null;
  added_at: number;
};

/** Known servers with this person's rights to them. */
export function createServersStore({ all, run, now }: HistoryContext) {
  return {
    servers: (): ServerRow[] =>
      all<StoredServer>(sql.servers).map(({ host, name, kind, credential, lost, added_at }) => ({
        host: ServerHost.parse(host),
        name,
        addedAt: added_at,
        right:
          credential && (kind === 'password' || kind === 'token')
            ? { kind, credential, lost: lost === null ? null : LostRightCode.parse(lost) }
            : null,
      })),

    /** Adds a server; one that is there already stays as it is. */
    addServer: (host: ServerHost, name: string | null): void => {
      run(sql.insertServer, host, name, now());
    },

    renameServer: (host: ServerHost, name: string | null): void => {
      run(sql.renameServer, name, host);
    },

    /** Stores the right to a known server; nothing for a server that was removed. */
    setRight: (host: ServerHost, { kind, credential, lost }: RightRow): void => {
      run(sql.setRight, { host, kind, credential, lost });
    },

    removeServer: (host: ServerHost): void => {
      run(sql.deleteServer, host);
    },
  };
}
