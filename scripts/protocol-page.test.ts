import {
  clientEvents,
  ERRORS,
  FileMessage,
  LinkMessage,
  PairMessage,
  refusalSaidBy,
  refuse,
  serverEvents,
} from '@parley/shared/protocol';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ANY_REFUSALS, CLIENT_PROSE, CONNECT_REFUSALS } from './protocol-page.prose.ts';
import { protocolPage } from './protocol-page.ts';

describe('docs/protocol.md', () => {
  it('names every event and every code', async () => {
    const page = await protocolPage();
    for (const name of [...Object.keys(clientEvents), ...Object.keys(serverEvents)]) {
      expect(page).toContain(`#### \`${name}\``);
    }
    for (const code of Object.keys(ERRORS)) expect(page).toContain(`| \`${code}\` |`);
  });

  it('refuses with codes alone that apps take from a server', () => {
    const codes = [...CONNECT_REFUSALS, ...ANY_REFUSALS, ...Object.values(CLIENT_PROSE).flatMap((row) => row.refusals)];
    for (const code of codes) expect(refusalSaidBy('parley.example.org', refuse(code)), code).toEqual(refuse(code));
  });

  it('has a row for every field, however deep it lies', async () => {
    const page = await protocolPage();
    const schemas = [
      ...Object.values(clientEvents).flatMap(({ input, ack }) => [input, ack]),
      ...Object.values(serverEvents),
      LinkMessage,
      FileMessage,
      PairMessage,
    ];
    const names = new Set(schemas.flatMap((schema) => fieldsIn(z.toJSONSchema(schema, { io: 'input' }))));
    expect(names.size).toBeGreaterThan(60);
    // `type` tells messages apart and is their heading.
    names.delete('type');
    for (const name of names) expect(page).toMatch(new RegExp(`^\\| \`(\\S+\\.)?${name}\``, 'm'));
    expect(page).toContain('| `signal.signal.candidate.candidate` |');
  });
});

/** The paths' last names of everything inside a JSON schema. */
function fieldsIn(schema: unknown): string[] {
  if (Array.isArray(schema)) return schema.flatMap(fieldsIn);
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'properties' ? [...Object.keys(value), ...Object.values(value).flatMap(fieldsIn)] : fieldsIn(value),
  );
}
