import type { LiveConnectionOptions, LivePorts } from '../live-ports.ts';

/** Connections to receivers in the test's hands. */
export class FakeLive {
  /** Every connection that was made, the latest last. */
  readonly made: LiveConnectionOptions[] = [];
  open = 0;
  answers: string[] = [];
  sdp = 'v=0\r\na=candidate:1 1 udp 1 192.0.2.1 9 typ relay\r\n';
  cannotConnect = false;

  get newest(): LiveConnectionOptions {
    const newest = this.made.at(-1);
    if (!newest) throw new Error('no connection');
    return newest;
  }

  ports(): LivePorts {
    return {
      connect: (options) => {
        if (this.cannotConnect) throw new Error('no connection');
        this.made.push(options);
        this.open += 1;
        let isOpen = true;
        return {
          offer: async () => this.sdp,
          answer: async (sdp) => {
            if (!sdp.startsWith('v=0')) throw new Error('no answer');
            this.answers.push(sdp);
          },
          close: () => {
            if (isOpen) this.open -= 1;
            isOpen = false;
          },
        };
      },
    };
  }
}
