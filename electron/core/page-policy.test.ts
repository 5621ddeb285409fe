import { describe, expect, it } from 'vitest';
import { pagePolicy } from './page-policy.ts';

const directives = (csp: string) =>
  new Map(
    csp.split('; ').map((directive) => {
      const [name = '', ...values] = directive.split(' ');
      return [name, values] as const;
    }),
  );

describe("the page's policy", () => {
  it('lets nothing in but what security.md §2 lists', () => {
    const found = directives(pagePolicy([]).csp);
    expect(found.get('default-src')).toEqual(["'none'"]);
    expect(found.get('script-src')).toEqual(["'self'"]);
    expect(found.get('style-src')).toEqual(["'self'"]);
    expect(found.get('connect-src')).toEqual(["'self'"]);
    for (const name of ['object-src', 'base-uri', 'form-action', 'frame-src']) {
      expect([name, found.get(name)]).toEqual([name, ["'none'"]]);
    }
    expect(found.get('require-trusted-types-for')).toEqual(["'script'"]);
    expect(pagePolicy(['example.org']).csp).not.toMatch(/unsafe|\*|http:(?!\/\/)|https:(?!\/\/)/);
  });

  it('lets the page reach exactly the servers named, plainly only on this computer and its network', () => {
    const { csp, meta } = pagePolicy([
      '127.0.0.1:7350',
      'example.org',
      '[::1]:9000',
      '192.168.1.20:7350',
      'example.org',
    ]);
    expect(directives(csp).get('connect-src')).toEqual([
      "'self'",
      'ws://127.0.0.1:7350',
      'http://127.0.0.1:7350',
      'wss://example.org',
      'https://example.org',
      'ws://[::1]:9000',
      'http://[::1]:9000',
      'ws://192.168.1.20:7350',
      'http://192.168.1.20:7350',
    ]);
    expect(meta).toBe(
      '<meta name="parley-connect-hosts" content="127.0.0.1:7350 example.org [::1]:9000 192.168.1.20:7350">',
    );
  });
});
