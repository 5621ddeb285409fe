import { useApp } from '../../stores/react.tsx';
import { serverNameOf } from './server-words.ts';

/** How the server at `host` is called in a sentence. */
export const useServerName = (host: string): string => useApp((state) => serverNameOf(state.servers, host));
