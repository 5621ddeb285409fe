import { openStage } from '#support/stage.ts';
import { pause } from '#support/wait.ts';
const stage = await openStage({ logTo: '/tmp/spike/three-server.log' });
const t0 = Date.now();
const log = (...a: unknown[]) => console.log(((Date.now()-t0)/1000).toFixed(1), ...a);
try {
  const { ana, invite } = await stage.hostCall('Book club');
  log('ana in');
  const watch = (p: typeof ana) => p.page.on('console', (m) => log(p.name, m.type(), m.text().slice(0, 300)));
  watch(ana);
  const ben = await stage.enter('Ben Okafor'); watch(ben);
  await ben.joinRoom(invite); log('ben in room'); await ben.joinCall(); log('ben in call');
  const chloe = await stage.enter('Chloé Martin'); watch(chloe);
  await chloe.joinRoom(invite); log('chloe in room'); await chloe.joinCall(); log('chloe in call');
  for (let i = 0; i < 12; i++) {
    await pause(3000);
    for (const p of [ana, ben, chloe]) {
      const s = await p.snapshot();
      log(p.name, JSON.stringify(s.peers.map((x) => [x.connectionState, x.candidatePair, x.inboundVideo.map((v) => v.framesDecoded), x.outboundVideo.map((v) => v.framesEncoded)])), s.tiles.map((t) => `${t.label}:${t.trackIds.length}`).join(' '));
    }
  }
  for (const p of [ana, ben, chloe]) { await p.openPanel('People'); log(p.name, await p.page.getByRole('list', { name: 'People' }).innerText()); }
} finally { await stage.close(); }
