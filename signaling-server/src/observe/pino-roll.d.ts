/** The part of pino-roll that we use; it has no types of its own. */
declare module 'pino-roll' {
  import type { EventEmitter } from 'node:events';

  /** A SonicBoom that goes on to the next file by itself. */
  export interface RollingFile extends EventEmitter {
    write(line: string): boolean;
    end(): void;
    destroy(): void;
  }

  export default function roll(options: {
    file: string;
    size: string;
    limit: { count: number; removeOtherLogFiles: boolean };
    mode: number;
    maxLength: number;
  }): Promise<RollingFile>;
}
