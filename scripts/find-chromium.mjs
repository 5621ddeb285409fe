// The start script and the loopback host look for Chromium in the same places.
export { findChromium } from '../electron/loopback/find-chromium.mjs';
