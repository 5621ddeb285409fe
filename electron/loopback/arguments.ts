import { parseArgs } from 'node:util';
import { usualProfile } from './profile.ts';

export type LoopbackArguments = {
  profile: string;
  port: number;
  window: boolean;
  embeddedServer: boolean;
  json: boolean;
  deepLink: string | null;
  help: boolean;
};

export const HELP = `Parley in a Chromium window

  --profile DIR          where messages, keys and settings lie (also PARLEY_PROFILE)
  --port N               port of the window's own host on 127.0.0.1 (any free one)
  --window auto|none     open a window, or only print its address
  --no-embedded-server   do not start this app's own signaling server
  --json                 print one line of JSON when it is ready
  parley://…             an invite to fill in
`;

/** Reads the command line. Throws an Error with a sentence when something on it is wrong. */
export function readArguments(args: readonly string[]): LoopbackArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    allowNegative: true,
    options: {
      profile: { type: 'string' },
      port: { type: 'string', default: '0' },
      window: { type: 'string', default: 'auto' },
      'embedded-server': { type: 'boolean', default: true },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error('--port takes a number from 0 to 65535.');
  if (values.window !== 'auto' && values.window !== 'none') throw new Error('--window takes auto or none.');
  return {
    profile: values.profile ?? usualProfile(),
    port,
    window: values.window === 'auto',
    embeddedServer: values['embedded-server'],
    json: values.json,
    deepLink: positionals.find((word) => /^parley:/i.test(word)) ?? null,
    help: values.help,
  };
}
