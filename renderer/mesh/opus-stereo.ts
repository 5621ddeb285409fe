const OPUS = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/gim;

/**
 * Says in an own description that sound may come in stereo. The far end's encoder has two channels then; how much of the line they take is
 * limited for each track (`SOUND_BPS`). Without it a place for sound would be mono for ever, because nothing negotiates later.
 */
export function takeStereo(sdp: string): string {
  const types = new Set([...sdp.matchAll(OPUS)].map(([, type]) => type));
  return sdp.replace(/^(a=fmtp:(\d+) )(?!.*\bstereo=)/gim, (line, _start: string, type: string) =>
    types.has(type) ? `${line}stereo=1;` : line,
  );
}
