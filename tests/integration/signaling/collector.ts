import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A collector of spans on this computer, with whatever it was sent. */
export async function startCollector() {
  type Attribute = { key: string; value: Record<string, unknown> };
  type Sent = { name: string; traceId: string; spanId: string; parentSpanId?: string; attributes: Attribute[] };
  const bodies: string[] = [];
  const http = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      bodies.push(Buffer.concat(parts).toString());
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    http.closeAllConnections();
    http.close();
  });
  const { port } = http.address() as AddressInfo;
  const sent = (): Sent[] =>
    bodies.flatMap((body) => {
      const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Sent[] }[] }[] };
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    });
  const attribute = ({ attributes }: Sent, name: string): unknown =>
    Object.values(attributes.find(({ key }) => key === name)?.value ?? {})[0];
  return { url: `http://127.0.0.1:${port}`, bodies, sent, attribute };
}
