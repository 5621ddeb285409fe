/**
 * How property tests run here. A size that a test names is the size it gets, where fast-check would stay below twenty
 * or so; and the seed that a failure printed repeats it, given back as PARLEY_SEED. Keys are the platform's and fresh
 * each time.
 */
export const seededBy = (printed: string | undefined): { defaultSizeToMaxWhenMaxSpecified: true; seed?: number } => ({
  defaultSizeToMaxWhenMaxSpecified: true,
  ...(printed !== undefined && /^-?\d+$/.test(printed) ? { seed: Number(printed) } : {}),
});
