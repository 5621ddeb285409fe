/**
 * A signaling server in a process of its own that collects its garbage and tells its memory when it is asked over IPC. Start it
 * with --expose-gc.
 */
import { readConfig } from '@parley/signaling-server/config.ts';
import { startSignaling } from '@parley/signaling-server/server.ts';

const reading = readConfig(process.env);
if (!reading.ok) throw new Error(reading.problems.join('\n'));
const { port } = await startSignaling(reading.config);
async function tellMemory(): Promise<void> {
  // Twice: what finalizers release goes with the second.
  for (let n = 0; n < 2; n++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  process.send?.({ memory: process.memoryUsage() });
}
process.on('message', () => void tellMemory());
process.on('disconnect', () => process.exit(0));
process.send?.({ port });
