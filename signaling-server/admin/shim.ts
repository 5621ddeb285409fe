/** The page's policy allows no code made from text. zod would try it once and be reported; so this comes before zod. */
const page = globalThis as unknown as { __zod_globalConfig?: { jitless?: boolean } }; // zod's own name for its settings
page.__zod_globalConfig ??= {};
page.__zod_globalConfig.jitless = true;

export {};
