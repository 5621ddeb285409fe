import { describe, expect, it } from 'vitest';
import { PAGE_POLICY, WORKER_POLICY } from './page-policy.ts';

const directives = new Map(
  PAGE_POLICY.split('; ').map((directive) => {
    const [name = '', ...values] = directive.split(' ');
    return [name, values] as const;
  }),
);

describe("the page's policy", () => {
  it('lets in scripts and styles of the app alone, and no objects, frames or forms', () => {
    expect(directives.get('default-src')).toEqual(["'none'"]);
    expect(directives.get('script-src')).toEqual(["'self'", "'wasm-unsafe-eval'"]);
    expect(directives.get('worker-src')).toEqual(["'self'"]);
    expect(directives.get('style-src')).toEqual(["'self'"]);
    for (const name of ['object-src', 'base-uri', 'form-action', 'frame-src']) {
      expect([name, directives.get(name)]).toEqual([name, ["'none'"]]);
    }
    expect(directives.get('require-trusted-types-for')).toEqual(["'script'"]);
    expect(directives.get('trusted-types')).toEqual(['parley-worker']);
    // No 'unsafe-inline' and no 'unsafe-eval'.
    expect(PAGE_POLICY.replace("'wasm-unsafe-eval'", '')).not.toMatch(/unsafe|\*/);
  });

  it('lets the page reach its own host and no other', () => {
    expect(directives.get('connect-src')).toEqual(["'self'"]);
    expect(PAGE_POLICY).not.toMatch(/(?:ws|http)s?:/);
  });

  it('lets a worker compute and read files of the app, and nothing else', () => {
    expect(WORKER_POLICY).toBe("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'");
  });
});
