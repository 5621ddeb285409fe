import { ComputerName, type ServerHost } from '@parley/shared/model';
import { accept, type DeviceId, type Outcome, refuse } from '@parley/shared/protocol';
import { formatComputerCode, parseComputerCode, readPasted } from '@parley/shared/sealing';
import { FirstSide } from '../../session/new-computer/first-side.ts';
import type { MeetingPorts } from '../../session/new-computer/meeting.ts';
import { NewSide } from '../../session/new-computer/new-side.ts';
import type { ActionContext } from './context.ts';

/** The things that a person gives on a new computer. */
export type ComingIn = {
  /** The code of the first computer, as it was pasted or scanned. */
  code: string;
  /** The name of this computer. */
  name: string;
  /** The password of the server where both meet, or an invitation to it. */
  right?: string;
};

export interface ComputerActions {
  /** Makes a code by which a new computer comes in, good for once; both meet on that server. */
  startTakingIn: (host: ServerHost) => Promise<Outcome<unknown>>;
  /** The person compared the codes on the first computer: both screens show the same. */
  confirmComputer: () => void;
  stopTakingIn: () => void;
  removeComputer: (device: DeviceId) => Promise<Outcome<unknown>>;
  /** This further computer stops being one of this person's. */
  leaveComputers: () => Promise<Outcome<unknown>>;
  /** Goes to the first computer. Refuses with `access-refused` where the server wants a right. */
  startComingIn: (wish: ComingIn) => Promise<Outcome<unknown>>;
  /** The person compared the codes on the new computer. */
  confirmComingIn: () => void;
  /** Ends it. Where this computer has asked already, the core takes a fresh key and the page is loaded anew. */
  stopComingIn: () => void;
}

/** Several computers of one person: on the first one, and on a new one. */
export function createComputerActions({ store, ports, tell }: ActionContext): ComputerActions {
  const { bridge } = ports;
  let first: FirstSide | undefined;
  let fresh: NewSide | undefined;

  /** This app's own server is reached by its own name here, whatever others call it. */
  const seatHostOf = (host: ServerHost): ServerHost => {
    const { server } = store.getState();
    if (server.at !== 'running') return host;
    return server.lanHosts.some((lan) => lan.host === host) ? server.host : host;
  };
  const meetingPorts = (): MeetingPorts => ({
    bridge,
    takeSeat: ({ host, roomId }, owner) => ports.signaling.clientOf(seatHostOf(host)).join(roomId, owner),
    makePeer: ports.makePeer,
    makeCertificate: ports.makeCertificate,
    clock: ports.clock,
    relayOnly: () => store.getState().settings.privacy.relayOnly,
    linkPolicy: ports.sessionPolicy.link,
    log: ports.log.area('session'),
  });

  /** A server that is known already may be asked. `right`: a password, or the text of an invitation. */
  async function enterServer(host: ServerHost, right: string | undefined): Promise<Outcome<unknown>> {
    const known = store.getState().servers.find((server) => server.host === host);
    if (known && (known.own || (right === undefined && known.right.at === 'held'))) return accept(undefined);
    const pasted = right === undefined ? undefined : readPasted(right);
    const isInvitation = pasted?.ok === true && pasted.value.kind === 'server';
    return bridge.call('servers.add', {
      text: isInvitation && right !== undefined ? right : host,
      ...(right === undefined || isInvitation ? {} : { password: right }),
    });
  }

  return {
    async startTakingIn(host) {
      void first?.cancel();
      const state = await bridge.call('computers.state', {});
      if (!state.ok) return tell(state);
      const { device, person } = state.value;
      if (device !== person) return tell(refuse('computer-not-first'));
      const code = { host, secret: ports.randomBytes(32), person };
      const text = formatComputerCode(code);
      const side: FirstSide = new FirstSide(code, meetingPorts(), (now) => {
        if (first === side) store.setState({ takingIn: { code: text, now } });
      });
      first = side;
      store.setState({ computers: state.value, takingIn: { code: text, now: side.state } });
      void side.open();
      return accept(undefined);
    },
    confirmComputer: () => void first?.confirm(),
    stopTakingIn() {
      void first?.cancel();
      first = undefined;
      store.setState({ takingIn: null });
    },
    async removeComputer(device) {
      const removed = await bridge.call('computers.remove', { device });
      if (removed.ok) store.setState({ computers: removed.value });
      return tell(removed);
    },
    async leaveComputers() {
      const left = await bridge.call('computers.leave', {});
      if (left.ok) store.setState({ computers: left.value });
      return tell(left);
    },
    async startComingIn({ code, name, right }) {
      const parsed = parseComputerCode(code);
      if (!parsed.ok) return parsed;
      const named = ComputerName.safeParse(name);
      if (!named.success) return refuse('display-name-invalid', { path: 'name' });
      const entered = await enterServer(parsed.value.host, right === '' ? undefined : right);
      if (!entered.ok) return entered;
      void fresh?.cancel();
      const side: NewSide = new NewSide(parsed.value, named.data, meetingPorts(), (comingIn) => {
        if (fresh === side) store.setState({ comingIn });
      });
      fresh = side;
      store.setState({ comingIn: side.state });
      void side.open();
      return accept(undefined);
    },
    confirmComingIn: () => void fresh?.confirm(),
    stopComingIn() {
      void fresh?.cancel();
      fresh = undefined;
      store.setState({ comingIn: null });
    },
  };
}
