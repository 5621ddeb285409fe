import type { ActionContext } from './context.ts';

export interface ConnectionActions {
  /** Shows what was measured of the links of the own call, one of them closely. */
  showConnections: (sess: string | null) => void;
  hideConnections: () => void;
  /** Tests the ways out of this network for the call that is being prepared. A test that runs goes on. */
  startPathTest: () => void;
  stopPathTest: () => void;
  /** Hands a text to the person's computer as a file of that name: it goes where downloads go. */
  saveText: (name: string, text: string) => void;
}

export function createConnectionActions({ store, ports, pathTests }: ActionContext): ConnectionActions {
  return {
    showConnections(sess) {
      if (store.getState().call.at === 'joined') store.setState({ inspecting: { sess } });
    },
    hideConnections: () => store.setState({ inspecting: null }),
    startPathTest: () => pathTests.start(),
    stopPathTest: () => pathTests.stop(),
    saveText: (name, text) => ports.saveText(name, text),
  };
}
