import { accept } from '@parley/shared/protocol';
import { newChallenge } from './challenge.ts';
import type { Handler } from './context.ts';
import { versionRefusal } from './version-check.ts';

export const challengeGet: Handler<'challenge:get'> = (context, client, { v }) =>
  versionRefusal(v) ?? accept(newChallenge(context, client));
