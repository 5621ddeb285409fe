import { startProcess } from '../processes.ts';
import { type Impairment, UNIMPAIRED } from './impaired-line.ts';
import type { ProxyOptions } from './impairing-proxy.ts';

export type Impairing = { impair(next: Partial<Impairment>): void; close(): Promise<void> };

/** Starts the impairing proxy in a process of its own and waits until it listens. `within` is a command that runs it. */
export async function startImpairing(
  options: Omit<ProxyOptions, 'clock'> & { within: readonly string[] },
): Promise<Impairing> {
  const { within, ...told } = options;
  const child = startProcess({ args: ['tests/support/impairment/main.ts', JSON.stringify(told)], within });
  try {
    await child.waitForMessage('the impairing proxy to listen', (message) =>
      typeof message === 'object' && message !== null && 'type' in message && message.type === 'listening'
        ? true
        : undefined,
    );
  } catch (error) {
    await child.close();
    throw error;
  }
  return {
    impair: (next) => child.say({ impair: { ...UNIMPAIRED, ...next } }),
    close: async () => {
      await child.close();
    },
  };
}
