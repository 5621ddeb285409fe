import type { PathResult, PathTestStep, Preview, RelayMeasure, ServerConnection } from '../../stores/state.ts';
import { formatNumber } from '../../ui/format.ts';

/** One finding of the test before a call: whether it is fine, and what it means. */
export type Finding = { tone: 'good' | 'fair' | 'poor'; text: string };

export const stepWords: Readonly<Record<PathTestStep, string>> = {
  'way-out': 'Looking for ways out of your network…',
  relay: 'Sending test packets through the relay…',
};

/** Below these rates, in bits a second, pictures get small, and voices alone are left. */
const PICTURES_FROM_BPS = 1_000_000;
const VOICE_FROM_BPS = 100_000;
const LOSSY_FROM = 0.02;
const FAR_FROM_MS = 150;

export function serverFinding(connection: ServerConnection, server: string): Finding {
  return connection.at === 'online'
    ? { tone: 'good', text: `${server} is reached, so people can find each other.` }
    : {
        tone: 'poor',
        text: `${server} is not reached at the moment, so nobody can be called. Look whether other pages on the internet open.`,
      };
}

/** The findings of a test of the ways, in sentences with what can be done. */
export function pathFindings({ udp, relay }: PathResult): Finding[] {
  return [...udpFindings(udp, relay), ...relayFindings(relay, udp)];
}

function udpFindings(udp: PathResult['udp'], relay: PathResult['relay']): Finding[] {
  switch (udp) {
    case 'open':
      return [{ tone: 'good', text: 'Your network lets calls out directly (by UDP).' }];
    case 'blocked':
      return [
        {
          tone: relay.at === 'open' ? 'fair' : 'poor',
          text: 'Your network does not let calls out directly (by UDP). At work or in a hotel, ask for UDP to be allowed, or try another network.',
        },
      ];
    case 'unknown':
      return [
        {
          tone: 'fair',
          text: 'Whether your network lets calls out could not be tested: the server of this room names no helper for it. In the same home or office calls work all the same.',
        },
      ];
  }
}

function relayFindings(relay: PathResult['relay'], udp: PathResult['udp']): Finding[] {
  switch (relay.at) {
    case 'none':
      return udp === 'unknown'
        ? []
        : [
            {
              tone: 'fair',
              text: 'The server of this room has no relay. Where two networks let no direct connection through, people cannot hear each other; the person who runs the server can set one up.',
            },
          ];
    case 'unreachable':
      return [
        {
          tone: udp === 'open' ? 'fair' : 'poor',
          text: 'The relay does not answer. Calls work only where a direct connection is possible; tell the person who runs the server.',
        },
      ];
    case 'open':
      return openRelayFindings(relay);
  }
}

function openRelayFindings({ over, roundTripMs, lossRatio, rateBps }: RelayMeasure): Finding[] {
  if (roundTripMs === null)
    return [
      {
        tone: 'poor',
        text: 'The relay can be reached, but no test packet came back. Try another network, or a cable in place of Wi-Fi.',
      },
    ];
  const how = over && over !== 'udp' ? `, by ${over.toUpperCase()}` : '';
  const findings: Finding[] = [
    {
      tone: roundTripMs > FAR_FROM_MS ? 'fair' : 'good',
      text: `The relay answers in ${formatNumber(Math.round(roundTripMs))} ms${how}: calls work also where no direct connection is possible.`,
    },
  ];
  if (lossRatio >= LOSSY_FROM)
    findings.push({
      tone: lossRatio >= 0.08 ? 'poor' : 'fair',
      text: `About ${formatNumber(Math.round(lossRatio * 100))} % of the test packets got lost. A cable, or a place nearer to the router, may help.`,
    });
  if (rateBps < PICTURES_FROM_BPS)
    findings.push({
      tone: rateBps < VOICE_FROM_BPS ? 'poor' : 'fair',
      text:
        rateBps < VOICE_FROM_BPS
          ? 'Hardly anything gets through the relay: leave the camera off.'
          : 'The way through the relay is narrow: pictures will be small there. Voices go first.',
    });
  else if (lossRatio < LOSSY_FROM) findings.push({ tone: 'good', text: 'There is room for voice and pictures.' });
  return findings;
}

/** Camera and microphone as the preview found them. Its troubles have words of their own. */
export function deviceFindings({
  camera,
  microphone,
  opening,
  cameraTrouble,
  microphoneTrouble,
}: Omit<Preview, 'stream'>): Finding[] {
  if (opening) return [{ tone: 'fair', text: 'Camera and microphone are still being opened.' }];
  const of = (name: string, isOn: boolean, more: string, trouble: Preview['cameraTrouble']): Finding =>
    trouble
      ? { tone: 'poor', text: trouble.message }
      : isOn
        ? { tone: 'good', text: `Your ${name} is on${more}.` }
        : { tone: 'fair', text: `Your ${name} is off, so it was not tested.` };
  return [
    of('microphone', microphone, ': the bar above moves while you speak', microphoneTrouble),
    of('camera', camera, '', cameraTrouble),
  ];
}

/** The end of the test in one breath: what is not as it should be, or that all is well. */
export function summaryOf(findings: readonly Finding[]): string {
  const troubles = findings.filter(({ tone }) => tone !== 'good').map(({ text }) => text);
  return `The test is done. ${troubles.length === 0 ? 'Everything is fine.' : troubles.join(' ')}`;
}
