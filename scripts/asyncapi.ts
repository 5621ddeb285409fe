/** docs/asyncapi.json from the tables of `shared`. scripts/documents.ts writes it. */
import {
  ConnectAuth,
  clientEvents,
  type ErrorCode,
  PROTOCOL_VERSION,
  Refusal,
  SIGNALING_PATH,
  sentenceOf,
  serverEvents,
} from '@parley/shared/protocol';
import { z } from 'zod';
import { ANY_REFUSALS, CLIENT_PROSE, CONNECT_REFUSALS, SERVER_PROSE } from './protocol-page.prose.ts';
import { meaning, words } from './protocol-page.ts';

type Schema = z.core.JSONSchema.BaseSchema;
type Message = { name: string; title: string; description?: string; payload: unknown };

const CHANNEL = '#/channels/signaling';
const HANDSHAKE = 'connect';

/** A zod schema in the dialect that AsyncAPI 3 takes by itself: JSON Schema, draft 7. */
function payload(owner: string, schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', reused: 'inline', target: 'draft-7' });
  return explained(owner, rest);
}

/** The same schema with what its fields mean. */
function explained(owner: string, schema: Schema, path = ''): Schema {
  const inside = (name: string, field: Schema): Schema => {
    const full = `${path}${name}`;
    const says = [field.pattern === undefined ? '' : words(field), meaning(owner, full)].filter((part) => part !== '');
    const items = field.items as Schema | undefined;
    return {
      ...explained(owner, field, `${full}.`),
      ...(items === undefined ? {} : { items: explained(owner, items, `${full}[].`) }),
      ...(says.length === 0 ? {} : { description: says.join('; ') }),
    };
  };
  // JavaScript's own bound says nothing about the field.
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.properties === undefined) return schema;
  const properties = Object.entries(schema.properties).map(([name, field]) => [name, inside(name, field as Schema)]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

const AnyRefusal = z
  .object({
    ...Refusal.shape,
    code: z.string().describe('stable; each message that refuses lists its own'),
    message: Refusal.shape.message.describe('a sentence for people'),
    path: Refusal.shape.path.describe('the field that was wrong'),
    retryAfterMs: Refusal.shape.retryAfterMs.describe('after which the same request is served'),
  })
  .describe('Why something was refused');
const ConnectRefusal = AnyRefusal.omit({ ok: true, path: true }).describe('Why a socket was refused');

/** A refusal with one of these codes, and what each of them says. */
function refused(name: string, title: string, codes: readonly ErrorCode[], kind = 'Refusal'): Message {
  return {
    name,
    title,
    description: codes.map((code) => `- \`${code}\`: ${sentenceOf(code)}`).join('\n'),
    payload: {
      allOf: [
        { $ref: `#/components/schemas/${kind}` },
        { type: 'object', properties: { code: { type: 'string', enum: codes } } },
      ],
    },
  };
}

const channel = { $ref: CHANNEL };
const message = (key: string) => ({ $ref: `${CHANNEL}/messages/${key}` });

function askedFor(): { messages: Record<string, Message>; operations: Record<string, unknown> } {
  const messages: Record<string, Message> = {};
  const operations: Record<string, unknown> = {};
  for (const [event, { does, refusals }] of Object.entries(CLIENT_PROSE)) {
    const { input, ack } = clientEvents[event as keyof typeof clientEvents];
    const answered = { type: 'object', required: ['ok', 'value'] };
    messages[event] = { name: event, title: event, payload: payload(event, input) };
    messages[`${event}.accepted`] = {
      name: event,
      title: `${event}, accepted`,
      payload: {
        ...answered,
        properties: { ok: { type: 'boolean', const: true }, value: payload(`${event} ack`, ack) },
      },
    };
    messages[`${event}.refused`] = refused(event, `${event}, refused`, [...ANY_REFUSALS, ...refusals]);
    operations[event] = {
      action: 'receive',
      summary: event,
      description: does,
      channel,
      messages: [message(event)],
      reply: { channel, messages: [message(`${event}.accepted`), message(`${event}.refused`)] },
    };
  }
  return { messages, operations };
}

function pushed(): { messages: Record<string, Message>; operations: Record<string, unknown> } {
  const entries = Object.entries(SERVER_PROSE);
  return {
    messages: Object.fromEntries(
      entries.map(([event]) => {
        const schema = serverEvents[event as keyof typeof serverEvents];
        return [event, { name: event, title: event, payload: payload(event, schema) }];
      }),
    ),
    operations: Object.fromEntries(
      entries.map(([event, does]) => [
        event,
        { action: 'send', summary: event, description: does, channel, messages: [message(event)] },
      ]),
    ),
  };
}

/** The whole description; the server is the application that it describes. */
export function asyncApi() {
  const asked = askedFor();
  const said = pushed();
  const messages: Record<string, Message> = {
    [HANDSHAKE]: {
      name: HANDSHAKE,
      title: 'The auth of the Socket.IO handshake',
      payload: payload('auth', ConnectAuth),
    },
    [`${HANDSHAKE}.refused`]: refused(
      'connect_error',
      'The data of a connect error',
      CONNECT_REFUSALS,
      'ConnectRefusal',
    ),
    ...asked.messages,
    ...said.messages,
  };
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Parley signaling',
      version: String(PROTOCOL_VERSION),
      description:
        'The messages between clients and a Parley signaling server over Socket.IO 4. The name of a message is the name of its Socket.IO event, its payload the one argument. A reply is the acknowledgement of the event it answers. How proofs are signed and boxes are sealed stands in protocol.md, the HTTP side in openapi.json.',
    },
    defaultContentType: 'application/json',
    servers: {
      parley: {
        host: '{host}',
        pathname: `${SIGNALING_PATH}/`,
        protocol: 'wss',
        protocolVersion: '13',
        description:
          'Engine.IO 4 over WebSocket alone, no polling and no compression; text frames without attachments. Unencrypted (ws) only inside private networks.',
        variables: { host: { description: 'The host of the invite, with its port if it has one' } },
      },
    },
    channels: {
      signaling: {
        address: '/',
        title: 'The main namespace of Socket.IO',
        messages,
      },
    },
    operations: {
      [HANDSHAKE]: {
        action: 'receive',
        summary: HANDSHAKE,
        description:
          'Opens the socket. A client that may not come in hears a connect error, every other one is connected. The `sid` of the Engine.IO handshake is its first challenge.',
        channel,
        messages: [message(HANDSHAKE)],
        reply: { channel, messages: [message(`${HANDSHAKE}.refused`)] },
      },
      ...asked.operations,
      ...said.operations,
    },
    components: {
      schemas: {
        Refusal: payload('refusal', AnyRefusal),
        ConnectRefusal: payload('refusal', ConnectRefusal),
      },
    },
  };
}
