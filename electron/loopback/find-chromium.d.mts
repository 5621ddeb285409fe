/** The path of a Chromium, or null. CHROMIUM names one and then no other is taken. */
export function findChromium(options?: {
  env?: Readonly<Record<string, string | undefined>>;
  platform?: string;
  exists?: (path: string) => boolean;
  playwright?: () => string | null;
}): string | null;
