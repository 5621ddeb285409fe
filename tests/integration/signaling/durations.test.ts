import { describe, expect, it, onTestFinished } from 'vitest';
import { startRedis } from '#support/redis.ts';
import { Client, RoomKey, startTestServer } from './harness.ts';

const TOKEN = 'an-admin-token-with-more-than-32-characters';

describe('durations in the metrics (S6)', () => {
  it('are histograms of HTTP requests by method, route and status, and of events by outcome', async () => {
    const server = await startTestServer();
    await fetch(`${server.url}/health/live`);
    await fetch(`${server.url}/nowhere`);
    await new Client(server).join(new RoomKey());
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const counted = (name: string, labels: string) =>
      new RegExp(`^${name}_count\\{${labels}\\} (\\d+)$`, 'm').exec(text)?.[1];
    const http = 'parley_http_request_duration_seconds';
    expect(counted(http, 'method="GET",route="/health/live",status="200"')).toBe('1');
    expect(counted(http, 'method="GET",route="none",status="404"')).toBe('1');
    expect(counted('parley_event_duration_seconds', 'event="room:join",outcome="ok"')).toBe('1');
    expect(text).not.toContain('nowhere');
    expect(text).toMatch(/^parley_http_request_duration_seconds_bucket\{le="0\.005",/m);
  });

  it('are a histogram of the commands to Redis, without the reads that wait for news', async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const server = await startTestServer({ REDIS_URL: redis.url });
    await new Client(server).join(new RoomKey());
    const text = await (await fetch(`${server.url}/metrics`)).text();
    expect(text).toMatch(/^parley_redis_command_duration_seconds_count\{command="\w+",outcome="ok"\} [1-9]/m);
    expect(text).not.toContain('command="XREAD"');
  });
});

describe('warnings for the admin (S8)', () => {
  it('stand in the overview until they are corrected, and can be acknowledged', async () => {
    const server = await startTestServer({
      ADMIN_TOKEN: TOKEN,
      TURN_URLS: 'turn:127.0.0.1:9?transport=tcp',
      TURN_SECRET: 'Zk3vT9qLx7Wm2Rb8Yc5Nf1Hd6Gj4Ps0A',
    });
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' };
    const warnings = async (): Promise<{ key: string; sentence: string; acknowledged: boolean }[]> => {
      const answer = await fetch(`${server.url}/admin/api/overview`, { headers });
      return ((await answer.json()) as { warnings: { key: string; sentence: string; acknowledged: boolean }[] })
        .warnings;
    };
    // The first test of the relay is five seconds after the start.
    await expect
      .poll(warnings, { timeout: 20_000, interval: 200 })
      .toEqual(expect.arrayContaining([expect.objectContaining({ sentence: expect.stringContaining('TCP port 9') })]));
    const key = (await warnings()).find(({ sentence }) => sentence.includes('TCP port 9'))?.key;
    const acknowledge = (body: unknown) =>
      fetch(`${server.url}/admin/api/acknowledge`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect((await acknowledge({ key })).status).toBe(200);
    expect((await warnings()).find((warning) => warning.key === key)?.acknowledged).toBe(true);
    expect((await acknowledge({ key: 'nothing' })).status).toBe(404);
    expect((await acknowledge({})).status).toBe(400);
  });
});
