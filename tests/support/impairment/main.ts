// The impairing proxy as a process of its own, so that it can run in a network namespace. It is told over IPC how the network is.
import { z } from 'zod';
import { openImpairingProxy } from './impairing-proxy.ts';

const Endpoint = z.object({ address: z.ipv4(), port: z.int().min(0).max(65_535) });
const Options = z.object({ listen: Endpoint, target: Endpoint, seed: z.int(), onlyFrom: z.string().default('') });
const Wish = z.object({
  impair: z.object({
    delayMs: z.number().min(0),
    jitterMs: z.number().min(0),
    lossRatio: z.number().min(0).max(1),
    reorderRatio: z.number().min(0).max(1),
    rateBitsPerSecond: z.number().positive().nullable(),
    isBlackedOut: z.boolean(),
  }),
});

const proxy = await openImpairingProxy(Options.parse(JSON.parse(process.argv[2] ?? '')));
process.on('message', (message) => {
  proxy.impair(Wish.parse(message).impair);
});
// The one that started it is gone.
process.on('disconnect', () => process.exit());
process.send?.({ type: 'listening', port: proxy.port });
