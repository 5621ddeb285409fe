import { ParleyError } from '@parley/shared/protocol';
import type { HandlersOf } from '../router.ts';
import type { Servers } from '../servers/servers.ts';
import type { PageWires } from '../signaling/wires.ts';

/** Known servers, and the sockets to them. */
export function serverHandlers(servers: Servers): HandlersOf<'servers' | 'signaling'> {
  return {
    'servers.list': () => ({ items: servers.list() }),
    'servers.read': ({ text }) => servers.read(text),
    'servers.check': (input) => servers.check(input),
    'servers.add': (input) => servers.add(input),
    'servers.rename': ({ host, name }) => servers.rename(host, name),
    'servers.authorize': (input) => servers.authorize(input),
    'servers.remove': async ({ host }) => {
      await servers.remove(host);
      return {};
    },

    'signaling.open': (input, page) => {
      wiresOf(page).open(input);
      return {};
    },
    'signaling.call': (input, page) => {
      wiresOf(page).call(input);
      return {};
    },
    'signaling.close': ({ wireId }, page) => {
      wiresOf(page).close(wireId);
      return {};
    },
  };
}

function wiresOf(page: PageWires | null): PageWires {
  if (!page) throw new ParleyError('sender-refused');
  return page;
}
