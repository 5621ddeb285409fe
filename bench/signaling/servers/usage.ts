/** What a process has used since it began. */
export type Usage = { type: 'usage'; cpuMs: number; rssBytes: number; heapBytes: number };
