import { isolated } from '@parley/shared/model';
import type { CallTrouble } from '@parley/shared/protocol';
import type { LinkQuality, ParticipantView, QualityCause } from '../../stores/state.ts';
import { formatNumber } from '../../ui/format.ts';

/** The level of a connection in words. */
export const levelWords: Readonly<Record<LinkQuality['level'], string>> = {
  good: 'Good connection',
  fair: 'Fair connection',
  poor: 'Poor connection',
  unknown: 'Measuring the connection',
};

const percent = (ratio: number): string => `${formatNumber(Math.round(ratio * 100))} %`;

/** A time in seconds, as people feel it: `0.3 seconds`. */
const seconds = (ms: number): string => `${formatNumber(Math.round(ms / 100) / 10)} seconds`;

/** Says in a sentence or two what is wrong between this device and that person, and what can be done. Empty where nothing is. */
export function causeSentence(cause: QualityCause, person: string): string {
  const name = isolated(person);
  switch (cause.kind) {
    case 'own-computer':
      return 'Your computer is too busy to keep up with the pictures. Close other programs, or turn your camera off.';
    case 'own-uplink':
      return cause.lossRatio === null
        ? 'Your network can send only a little, so the others see a small picture of you. A cable, or a place nearer to the router, may help.'
        : `Your network loses ${percent(cause.lossRatio)} of what you send. A cable, a place nearer to the router, or turning your camera off may help.`;
    case 'own-downlink':
      return `Your network loses ${percent(cause.lossRatio)} of what the others send. A cable or a place nearer to the router may help; so does stopping other downloads.`;
    case 'their-computer':
      return `${name}'s computer is very busy, so pictures may come unevenly. It helps if ${name} closes other programs.`;
    case 'their-uplink':
      return `${name}'s network is losing packets (${percent(cause.lossRatio)}). If words are missing, ask ${name} to turn the camera off or to use a cable.`;
    case 'their-downlink':
      return cause.lossRatio === null
        ? `${name}'s network can receive only a little, so ${name} sees a small picture of you. Your voice goes first.`
        : `${name}'s network loses ${percent(cause.lossRatio)} of what you send. Your voice goes first; turning your camera off leaves it more room.`;
    case 'packet-loss': {
      const lost =
        cause.direction === 'received'
          ? `${percent(cause.lossRatio)} of what ${name} sends does not reach you.`
          : `${percent(cause.lossRatio)} of what you send does not reach ${name}.`;
      return cause.alone
        ? `${lost} Your other connections are fine, so the trouble is on the way between you two or at ${name}'s end.`
        : `${lost} The cause is at one of the two ends or between. A cable in place of Wi-Fi helps most often.`;
    }
    case 'narrow-way':
      return `The connection to ${name} takes only a little, so pictures are small. Your voice goes first.`;
    case 'uneven-way':
      return `${name}'s voice comes unevenly, so parts of words are missing. Wi-Fi is often the reason: a cable at either end may help.`;
    case 'far-relay':
      return `What you say reaches ${name} and comes back in ${seconds(cause.roundTripMs)}, because it goes through a relay that is far away. Let each other finish.`;
    case 'far-away':
      return `What you say reaches ${name} and comes back in ${seconds(cause.roundTripMs)}. Let each other finish.`;
    case 'few-frames':
      return `Hardly any pictures come from ${name} (${formatNumber(cause.framesPerSecond)} a second) although nothing gets lost. ${name}'s camera or computer may be the reason.`;
    case 'silent-microphone':
      return `${name}'s microphone is on but gives no sound. Ask ${name} to check it, or to choose another one.`;
  }
}

/** The quality of the connection to a person in sentences. Says nothing of loss where nothing was measured. */
export function qualitySentence({ quality, name }: Pick<ParticipantView, 'quality' | 'name'>): string {
  return 'cause' in quality ? causeSentence(quality.cause, name) : `${levelWords[quality.level]}.`;
}

/** The cause in two or three words, beside the level. */
export const causeWords: Readonly<Record<QualityCause['kind'], string>> = {
  'own-computer': 'your computer is busy',
  'own-uplink': 'your network',
  'own-downlink': 'your network',
  'their-computer': 'busy computer',
  'their-uplink': 'their network',
  'their-downlink': 'their network',
  'packet-loss': 'packets get lost',
  'narrow-way': 'narrow connection',
  'uneven-way': 'uneven sound',
  'far-relay': 'far relay',
  'far-away': 'long way',
  'few-frames': 'few pictures',
  'silent-microphone': 'silent microphone',
};

/** `Poor connection: their network`. */
export const qualityWords = (quality: LinkQuality): string =>
  'cause' in quality ? `${levelWords[quality.level]}: ${causeWords[quality.cause.kind]}` : levelWords[quality.level];

/** The troubles of this end, and what can be done. */
export const troubleSentences: Readonly<Record<CallTrouble, string>> = {
  computer: causeSentence({ kind: 'own-computer' }, ''),
  uplink:
    'Your network has trouble with what you send, to most people in the call. A cable, a place nearer to the router, or turning your camera off may help.',
  downlink:
    'Your network has trouble with what you receive, from most people in the call. A cable, a place nearer to the router, or stopping other downloads may help.',
  microphone: 'Your microphone is on but gives no sound. Look for a switch on it, or choose another one under Devices.',
};
