import { join } from 'node:path';
import { z } from 'zod';
import { CELLS, type CounterReading, readCells } from './counter-code.ts';
import { type Program, startProgram } from './programs.ts';
import { REPOSITORY } from './repository.ts';
import { requireTool } from './tools.ts';

const State = z.object({
  /** Sessions that were begun, were ended by their publisher, and are there. */
  begun: z.number(),
  ended: z.number(),
  open: z.number(),
  /** Pictures and pieces of sound that were decoded, and the loudest sample of those. */
  frames: z.number(),
  sounds: z.number(),
  loudest: z.number(),
  size: z.object({ width: z.number(), height: z.number() }).nullable(),
});
export type ReceiverState = z.infer<typeof State>;

/** A place in a picture, in parts of its width and height: a receiver gets it smaller while the line is slow. */
export type Part = { x: number; y: number; width: number; height: number };

/** A receiver that decodes what is published to it, in a process of its own. */
export interface WhipReceiver {
  readonly address: string;
  readonly port: number;
  state(): Promise<ReceiverState>;
  /** The frame counter in that strip of the newest picture; undefined where none can be read. */
  counter(strip: Part): Promise<CounterReading | undefined>;
  /** Ends it without a word to anybody. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a receiver that takes `key` alone, or everybody; on any port, or the one that an earlier one had. */
export async function startWhipReceiver({
  key,
  port = 0,
}: {
  key?: string;
  port?: number;
} = {}): Promise<WhipReceiver> {
  requireTool('aiortc');
  requireTool('aiohttp');
  const script = join(REPOSITORY, 'tests/support/whip-receiver.py');
  const program: Program = startProgram('/usr/bin/python3', [
    script,
    String(port),
    ...(key === undefined ? [] : [key]),
  ]);
  await program.whenever('the receiver to listen', () => /^\d+$/m.test(program.output));
  const listensOn = Number(/^\d+$/m.exec(program.output)?.[0]);
  const origin = `http://127.0.0.1:${listensOn}`;
  const ask = async (path: string): Promise<unknown> => (await fetch(`${origin}${path}`)).json();
  return {
    address: `${origin}/whip`,
    port: listensOn,
    state: async () => State.parse(await ask('/state')),
    async counter({ x, y, width, height }) {
      const query = new URLSearchParams({
        ...{ x: `${x}`, y: `${y}`, width: `${width}`, height: `${height}` },
        cells: `${CELLS}`,
      });
      return readCells(z.array(z.number()).parse(await ask(`/strip?${query}`)));
    },
    async kill() {
      program.signal('SIGKILL');
      await program.ended;
    },
    close: () => program.close(),
  };
}
