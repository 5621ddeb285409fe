import { z } from 'zod';

/** The console of Electron's main process, for what no page and no person can see or do. */
export interface MainProcess {
  /** The value of an expression, awaited; `electron` is in scope. Throws what it throws. */
  ask(expression: string): Promise<unknown>;
  close(): void;
}

const Answer = z.object({
  id: z.number(),
  result: z
    .object({
      result: z.object({ value: z.unknown() }).optional(),
      exceptionDetails: z.object({ exception: z.object({ description: z.string().optional() }).optional() }).optional(),
    })
    .optional(),
});

/** Attaches to the inspector that was opened by --inspect. */
export async function openMainProcess(url: string): Promise<MainProcess> {
  const socket = new WebSocket(url);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error(`nothing answers at ${url}`)));
  });
  const waiting = new Map<number, (answer: z.infer<typeof Answer>) => void>();
  socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
    const answer = Answer.safeParse(JSON.parse(data));
    if (answer.success) waiting.get(answer.data.id)?.(answer.data);
  });
  // The process may be gone before it has answered.
  socket.addEventListener('close', () => {
    for (const [id, resolve] of waiting) resolve({ id });
  });
  let last = 0;
  return {
    async ask(expression) {
      const id = ++last;
      const { promise, resolve } = Promise.withResolvers<z.infer<typeof Answer>>();
      waiting.set(id, resolve);
      const load = `process.getBuiltinModule('node:module').createRequire(process.execPath)('electron')`;
      const params = {
        expression: `(async (electron) => (${expression}))(${load})`,
        awaitPromise: true,
        returnByValue: true,
      };
      socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
      const { result } = await promise;
      waiting.delete(id);
      const thrown = result?.exceptionDetails?.exception;
      if (thrown) throw new Error(thrown.description ?? 'the main process threw');
      return result?.result?.value;
    },
    close: () => socket.close(),
  };
}
