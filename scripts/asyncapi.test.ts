import specs from '@asyncapi/specs';
import { accept, clientEvents, ERRORS, PROTOCOL_VERSION, refuse, serverEvents } from '@parley/shared/protocol';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { asyncApi } from './asyncapi.ts';
import { CONNECT_REFUSALS } from './protocol-page.prose.ts';

const document = asyncApi();
const { messages } = document.channels.signaling;
const operations = Object.entries(document.operations) as [string, { action: string; reply?: unknown }][];

const id16 = 'A'.repeat(22);
const id32 = 'A'.repeat(43);

/** Whether a value is what the document says of a message. */
const ajv = new Ajv({ strict: false }).addSchema({ $id: 'asyncapi.json', components: document.components });
const takes = (name: string, value: unknown): boolean => {
  const text = JSON.stringify(messages[name]?.payload).replaceAll('"#/components/', '"asyncapi.json#/components/');
  return ajv.validate(JSON.parse(text) as object, value);
};

describe('the AsyncAPI description (S17)', () => {
  it('is one by AsyncAPI’s own schema', () => {
    // That schema's patterns are not made for the flag u.
    const strict = addFormats.default(new Ajv({ strict: false, unicodeRegExp: false }));
    const validate = strict.compile(specs.schemasWithoutId['3.0.0'] as object);
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
  });

  it('has every event in its direction, and a reply to each of a client’s', () => {
    const by = (wanted: string) => operations.filter(([, { action }]) => action === wanted).map(([name]) => name);
    expect(by('receive').toSorted()).toEqual(['connect', ...Object.keys(clientEvents)].toSorted());
    expect(by('send').toSorted()).toEqual(Object.keys(serverEvents).toSorted());
    for (const [name, { action, reply }] of operations) expect(reply !== undefined, name).toBe(action === 'receive');
  });

  it('refers only to what is there', () => {
    const text = JSON.stringify(document);
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path]) => path ?? '');
    expect(references.length).toBeGreaterThan(40);
    for (const path of new Set(references)) {
      const target = path
        .split('/')
        .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
      expect(target, path).toBeTypeOf('object');
    }
  });

  it('takes what the protocol takes, and refuses what it refuses', () => {
    expect(takes('connect', { v: PROTOCOL_VERSION })).toBe(true);
    expect(takes('connect', { password: 'x' })).toBe(false);
    const sent = { roomId: id16, to: '*', id: id16, box: 'A'.repeat(40) };
    expect(takes('signal:send', sent)).toBe(true);
    expect(takes('signal:send', { ...sent, to: 'all' })).toBe(false);
    expect(takes('signal:send', { ...sent, box: '' })).toBe(false);
    expect(takes('signal:send.accepted', accept({ handedTo: 1 }))).toBe(true);
    expect(takes('signal:send.accepted', accept({ handedTo: -1 }))).toBe(false);
    const challenge = { v: 1, challenge: id32, expiresInMs: 1 };
    expect(takes('challenge:get.accepted', accept(challenge))).toBe(true);
    expect(takes('challenge:get.accepted', accept({ ...challenge, challenge: id16 }))).toBe(false);
  });

  it('names with each event the refusals that are its own', () => {
    expect(takes('room:join.refused', refuse('room-full'))).toBe(true);
    expect(takes('room:join.refused', refuse('rate-limited', { retryAfterMs: 5 }))).toBe(true);
    expect(takes('room:leave.refused', refuse('room-full'))).toBe(false);
    expect(takes('room:leave.refused', { ok: true, code: 'internal', message: '' })).toBe(false);
    for (const code of CONNECT_REFUSALS) {
      const { message } = refuse(code);
      expect(takes('connect.refused', { code, message })).toBe(true);
      expect(messages['connect.refused']).toMatchObject({ description: expect.stringContaining(ERRORS[code]) });
    }
  });

  it('says what fields mean', () => {
    expect(messages['signal:received']).toMatchObject({
      payload: { properties: { from: { description: '16 bytes, base64url; stamped by the server' } } },
    });
    expect(messages['room:join.accepted']).toMatchObject({
      payload: { properties: { value: { properties: { resumed: { description: expect.stringContaining('seat') } } } } },
    });
  });
});
