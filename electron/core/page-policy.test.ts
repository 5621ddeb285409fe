import { describe, expect, it } from 'vitest';
import { PAGE_POLICY } from './page-policy.ts';

const directives = new Map(
  PAGE_POLICY.split('; ').map((directive) => {
    const [name = '', ...values] = directive.split(' ');
    return [name, values] as const;
  }),
);

describe("the page's policy", () => {
  it('lets in scripts and styles of the app alone, and no objects, frames or forms', () => {
    expect(directives.get('default-src')).toEqual(["'none'"]);
    expect(directives.get('script-src')).toEqual(["'self'"]);
    expect(directives.get('style-src')).toEqual(["'self'"]);
    for (const name of ['object-src', 'base-uri', 'form-action', 'frame-src']) {
      expect([name, directives.get(name)]).toEqual([name, ["'none'"]]);
    }
    expect(directives.get('require-trusted-types-for')).toEqual(["'script'"]);
    expect(PAGE_POLICY).not.toMatch(/unsafe|\*/);
  });

  it('lets the page reach its own host and no other', () => {
    expect(directives.get('connect-src')).toEqual(["'self'"]);
    expect(PAGE_POLICY).not.toMatch(/(?:ws|http)s?:/);
  });
});
