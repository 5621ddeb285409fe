/**
 * Handles SIGTERM and SIGINT. From the first line of the program on: as process 1 of a container it would ignore a signal
 * that nobody listens to, and until it listens on its port there is nothing to close.
 */
export const stopSignals: { onStop: (signal: string) => void } = { onStop: () => process.exit(0) };

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => stopSignals.onStop(signal));
