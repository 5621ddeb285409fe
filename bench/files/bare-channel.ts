import { LIMITS } from '@parley/shared/protocol';
import type { Page } from 'playwright-core';
import { openBrowser } from '../../tests/support/browser.ts';

const FRAME_BYTES = LIMITS.fileFrameMaxBytes;

/** Runs in the page: one end of a bare connection with one data channel. Self-contained, because only its source reaches the page. */
function openEnd(): void {
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel('bare', { negotiated: true, id: 1 });
  channel.binaryType = 'arraybuffer';
  let received = 0;
  channel.onmessage = ({ data }) => {
    received += data.byteLength;
  };
  const opened = new Promise<void>((resolve) => {
    channel.onopen = () => resolve();
  });
  const described = async (): Promise<string> => {
    await connection.setLocalDescription();
    while (connection.iceGatheringState !== 'complete') {
      await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }));
    }
    return JSON.stringify(connection.localDescription);
  };
  const take = (description: string) => connection.setRemoteDescription(JSON.parse(description));
  /** Sends as many bytes in frames, no more than `bufferedMax` of them waiting. */
  const send = async (bytes: number, frameBytes: number, bufferedMax: number): Promise<void> => {
    await opened;
    const frame = new Uint8Array(frameBytes);
    channel.bufferedAmountLowThreshold = bufferedMax / 2;
    for (let sent = 0; sent < bytes; sent += frameBytes) {
      if (channel.bufferedAmount >= bufferedMax) {
        await new Promise((resolve) => channel.addEventListener('bufferedamountlow', resolve, { once: true }));
      }
      channel.send(frame);
    }
  };
  /** Resolves with the time (ms since 1970) when as many bytes are here. */
  const whole = async (bytes: number): Promise<number> => {
    while (received < bytes) await new Promise((resolve) => setTimeout(resolve, 5));
    return Date.now();
  };
  Object.assign(window, { bareEnd: { described, take, send, whole } });
}

export type BareChannel = {
  /** The seconds that as many bytes take, in frames as large as those of a file. */
  seconds(bytes: number): Promise<number>;
  close(): Promise<void>;
};

/** Opens a bare data channel between two Chromium processes. */
export async function openBareChannel(): Promise<BareChannel> {
  const browsers = [await openBrowser(), await openBrowser()] as const;
  const close = async (): Promise<void> => {
    for (const browser of browsers) await browser.close();
  };
  try {
    const [from, to] = browsers.map(({ page }) => page) as [Page, Page];
    for (const page of [from, to]) await page.evaluate(openEnd);
    const ask = <T>(page: Page, what: string): Promise<T> => page.evaluate<T>(`bareEnd.${what}`);
    const offer = await ask<string>(from, 'described()');
    await ask(to, `take(${JSON.stringify(offer)})`);
    const answer = await ask<string>(to, 'described()');
    await ask(from, `take(${JSON.stringify(answer)})`);
    let sent = 0;
    const seconds = async (bytes: number): Promise<number> => {
      sent += Math.ceil(bytes / FRAME_BYTES) * FRAME_BYTES;
      const startedAt = Date.now();
      const [endedAt] = await Promise.all([
        ask<number>(to, `whole(${sent})`),
        ask(from, `send(${bytes}, ${FRAME_BYTES}, 131072)`),
      ]);
      return (endedAt - startedAt) / 1_000;
    };
    // Opens the channel and warms both pages up.
    await seconds(4_000_000);
    return { seconds, close };
  } catch (error) {
    await close();
    throw error;
  }
}
