import { describe, expect, it } from 'vitest';
import { createOriginRule, readOrigin } from './origins.ts';

describe('createOriginRule (S11)', () => {
  const allowed = createOriginRule(['https://parley.example.org:443', 'http://intranet.example:8080']);

  it.each([
    undefined,
    'app://bundle',
    'http://127.0.0.1',
    'http://127.0.0.1:7351',
    'http://localhost:5173',
    'http://intranet.example:8080',
    'https://parley.example.org',
    'https://parley.example.org:443',
    'HTTPS://PARLEY.example.org',
  ])('lets %s in', (origin) => {
    expect(allowed(origin)).toBe(true);
  });

  it.each([
    'null',
    '',
    'https://127.0.0.1:7351',
    'https://parley.example.org:8443',
    'https://parley.example.org.evil.example',
    'https://evil.example',
    'http://127.0.0.1.evil.example:80',
    'http://127.0.0.1:*',
    'http://127.0.0.1:80/path',
    'http://user@127.0.0.1:80',
    'app://bundle2',
    'file://',
  ])('keeps %s out', (origin) => {
    expect(allowed(origin)).toBe(false);
  });
});

describe('readOrigin (S11)', () => {
  it.each(['*', 'https://*', 'https://*.example.org', 'example.org', 'https://example.org/', 'https://a:99:*'])(
    'refuses %s',
    (pattern) => {
      expect(readOrigin(pattern)).toBeUndefined();
    },
  );
});
