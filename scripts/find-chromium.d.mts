export { findChromium } from '../electron/loopback/find-chromium.mjs';
