import { cpuDuring, type Effort, expectAll, inShortTurns, row, type SignalingRow } from '../measure.ts';
import { startServer } from '../servers/server.ts';

const CLIENTS = 100;
const ROOM_SIZE = 4;
const WINDOW = 4;
const BOX_CHARS = 2_048;

const KINDS = ['relayed', 'malformed', 'foreign', 'over'] as const;
const NAMES = {
  relayed: 'relayed, 2 kB',
  malformed: 'refused: a box with a character that is none',
  foreign: 'refused: a room without a seat',
  over: "refused: more than the seat's share",
} as const;
/** The least that can be set: soon used up. */
const STINGY = { SIGNALS_PER_LINK: '8', RELAYED_PER_MINUTE: '1' };
/** Some are still served in the meantime. */
const MOSTLY = 0.95;

/** The server's cost of messages that it does not take, beside one that it relays. */
export async function refusal({ quick, turns }: Effort): Promise<SignalingRow[]> {
  const messages = quick ? 4_000 : 10_000;
  const warmUp = quick ? 16_000 : 30_000;
  const send = { boxChars: BOX_CHARS, window: WINDOW } as const;
  const results = await inShortTurns(
    { part: 'refusal', kinds: KINDS, ...turns },
    (kind) => startServer('parley', kind === 'over' ? { env: STINGY } : {}),
    async (kind, { server: { port }, driver }) => {
      const wanted = { do: 'join', server: 'parley', port, clients: CLIENTS, roomSize: ROOM_SIZE, atOnce: 20 } as const;
      const { joined, failures } = await driver.ask(wanted);
      expectAll('joins', CLIENTS, joined, failures);
      if (kind === 'relayed') await driver.ask({ do: 'relay', messages: warmUp, ...send });
      else await driver.ask({ do: 'refused', how: kind, messages: warmUp, ...send });
    },
    async (kind, { server, driver }) => {
      const { cpuMs, value } = await cpuDuring(server, () =>
        kind === 'relayed'
          ? driver.ask({ do: 'relay', messages, ...send })
          : driver.ask({ do: 'refused', how: kind, messages, ...send }),
      );
      if (kind === 'relayed') expectAll('relayed', messages, value.received);
      else if (value.refused < messages * MOSTLY) throw new Error(`${kind}: ${value.refused} of ${messages} refused`);
      return (cpuMs / messages) * 1_000;
    },
  );
  return KINDS.map((kind) =>
    row(
      { part: 'refusal', name: NAMES[kind], unit: 'µs CPU', values: results[kind] },
      kind === 'relayed' ? undefined : { with: 'a relayed one', values: results.relayed, goal: { most: 1 } },
    ),
  );
}
