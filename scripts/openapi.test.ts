import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { openApi, servedOpenApi } from './openapi.ts';

describe('the OpenAPI description (S17)', () => {
  it('is one by OpenAPI’s own schema', async () => {
    const validator = new Validator();
    expect(await validator.validate(await openApi())).toEqual({ valid: true });
    expect(validator.version).toBe('3.1');
  });

  it('says what the server says of itself, with each named schema once', async () => {
    const [served, written] = await Promise.all([servedOpenApi(), openApi()]);
    const { components } = written as { components: { schemas: Record<string, unknown> } };
    const unfold = (value: unknown): unknown =>
      JSON.parse(JSON.stringify(value), (_, inner: { $ref?: string }) => {
        const name = inner?.$ref?.replace('#/components/schemas/', '');
        return name === undefined ? inner : unfold(components.schemas[name]);
      });
    expect(unfold(written.paths)).toEqual(served.paths);
    expect(Object.keys(components.schemas)).toEqual(expect.arrayContaining(['Health', 'Metrics', 'RefusalAnswer']));
    // Each code stands in it once.
    expect(JSON.stringify(written).match(/"rate-limited"/g)).toHaveLength(1);
  });

  it('has a sentence for every route, and marks those that are the admin’s', async () => {
    const { paths } = (await openApi()) as { paths: Record<string, Record<string, { summary?: string }>> };
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(['/', '/health', '/metrics', '/_debug']));
    for (const [path, methods] of Object.entries(paths)) {
      for (const { summary } of Object.values(methods)) expect(summary, path).toMatch(/^[A-Z]/);
    }
    expect(paths['/_debug']?.get).toHaveProperty('security');
    expect(paths['/admin/api/unblock']?.post).toHaveProperty('security');
    expect(paths['/health']?.get).not.toHaveProperty('security');
  });
});
