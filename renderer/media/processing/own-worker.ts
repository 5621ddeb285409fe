/** As much of trusted types as is used here; the standard library's types do not have them. */
type TrustedTypes = {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
};

const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };

/** The page's policy lets in this name alone, and this lets in nothing but the app's own files. */
const policy = trustedTypes?.createPolicy('parley-worker', {
  createScriptURL(url) {
    if (new URL(url, location.href).origin !== location.origin) throw new TypeError('not a file of the app');
    return url;
  },
});

/** Starts a worker from a file of the app's own bundle. */
export const ownWorker = (url: string): Worker => new Worker(policy?.createScriptURL(url) ?? url);
