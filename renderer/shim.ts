/**
 * The parts of Node that simple-peer's streams expect in a page: `global` and `process`. Must run before simple-peer is
 * evaluated, so it is the first import of the page and of mesh/simple-peer-adapter.ts. In Node it changes nothing.
 */
const page = globalThis as unknown as {
  process?: unknown;
  global?: unknown;
  document?: unknown;
  __zod_globalConfig?: { jitless?: boolean };
}; // names that the DOM's types lack

page.global ??= globalThis;
page.process ??= {
  env: {},
  browser: true,
  version: '',
  nextTick: (task: (...args: unknown[]) => void, ...args: unknown[]) => queueMicrotask(() => task(...args)),
};

// The page's policy allows no code made from text. zod would try it once and be reported for it.
if (page.document !== undefined) {
  page.__zod_globalConfig ??= {};
  page.__zod_globalConfig.jitless = true;
}

export {};
