/** Processor time and memory of a process since it began. */
export type Usage = { type: 'usage'; cpuMs: number; rssBytes: number; heapBytes: number };
