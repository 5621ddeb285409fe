import type { ServerHost } from '@parley/shared/model';
import type { Bytes, Outcome } from '@parley/shared/protocol';
import type { Clock } from '@parley/shared/timing';
import type { ServerHttp } from './servers/server-http.ts';
import type { OpenSocket } from './signaling/socket.ts';

export type { Clock } from '@parley/shared/timing';

/** The core's needs from outside. A host (Electron or loopback) gives them; tests give their own. */
export type CorePorts = {
  app: { version: string; host: 'electron' | 'loopback'; platform: string };
  clock: Clock;
  paths: Paths;
  secrets: SecretStore;
  shell: Shell;
  /** Null where no embedded server is wanted. */
  serverProcess: ServerProcess | null;
  log: Log;
  /** Opens signaling sockets; absent: Socket.IO with what the system trusts. */
  openSocket?: OpenSocket;
  /** Asks signaling servers by HTTP; absent: Node's own, with what the system trusts. */
  serverHttp?: ServerHttp;
  /** The addresses by which this computer reaches others; absent: those that the system names. */
  addresses?: () => readonly string[];
  /** Where the history worker's code lies; bundled hosts put it elsewhere. */
  historyWorkerUrl?: URL;
};

export type Paths = {
  /** The folder of this profile; everything the core writes is in it. */
  profile: string;
  /** The folder for received files; made when the first one arrives. */
  downloads: string;
};

/** Wraps what must not lie open on the disk. */
export interface SecretStore {
  protectedBy: 'os-keystore' | 'file-permissions';
  wrap(plain: Bytes): Promise<Bytes>;
  /** Rejects when the bytes were not wrapped by this store. */
  unwrap(wrapped: Bytes): Promise<Bytes>;
}

export interface Shell {
  /** Opens a checked https or mailto URL outside Parley, after the person agreed; false when they did not. */
  openExternal(url: URL): Promise<boolean>;
  /**
   * Opens a file with the program that the system has for it. With a `warning` only after the person agreed, in a place that the page
   * cannot reach.
   */
  openFile(path: string, warning: FileWarning | null): Promise<'opened' | 'refused' | 'failed'>;
  /** Shows a file in its folder, by the system's own program; false where there is none. */
  showFile(path: string): Promise<boolean>;
  /**
   * Asks the person, in a place that the page cannot reach, whether a computer with this name becomes one of theirs; true only when they
   * agreed. `withdrawn` ends the question where the host can: it then counts as a no.
   */
  askComputer(name: string, withdrawn: AbortSignal): Promise<boolean>;
  /** Lets the person choose a folder or files, beginning at a suggested path. Empty where nothing was chosen. */
  choose(wish: PlaceWish, suggested: string): Promise<string[]>;
}

/** The purpose for which the person chooses a folder or files. */
export type PlaceWish = 'export-folder' | 'import-files' | 'backup-folder' | 'backup-file';

/** Why a file is asked about before it is opened. */
export type FileWarning = { name: string; risk: 'unknown' | 'dangerous' };

export type ServerProcessOptions = {
  /** 0 takes any free port. */
  port: number;
  /** True listens on every address, false on loopback only. */
  lan: boolean;
  /** Names under which clients may prove membership to it, beside loopback on its own port. */
  publicHosts: readonly ServerHost[];
};

/** Starts the signaling server in a process of its own. Refuses with `port-in-use` or `internal`. */
export interface ServerProcess {
  start(options: ServerProcessOptions): Promise<Outcome<RunningServer>>;
}
export interface RunningServer {
  port: number;
  /** Calls back once if the process ends without `close`. */
  onEnded(callback: () => void): void;
  close(): Promise<void>;
}

/** Structured log; never given names, texts, secrets, room ids or links. */
export interface Log {
  debug(message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  info(message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  warn(message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
  error(message: string, fields?: Readonly<Record<string, string | number | boolean>>): void;
}
