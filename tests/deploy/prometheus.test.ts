import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { freePort, needProgram, type Program, runProgram, startProgram } from '#support/programs.ts';
import { REPOSITORY } from '#support/repository.ts';
import { startServer, type TestServer } from '#support/server.ts';
import { until } from '#support/wait.ts';
import { Client, newSignalId, PUBLIC_HOST, RoomKey, someBox } from '../integration/signaling/harness.ts';
import { prometheusText } from '../probe/report.ts';

const FOLDER = join(REPOSITORY, 'build/deploy/prometheus');
const readYaml = (...path: string[]): unknown => load(readFileSync(join(REPOSITORY, 'build/deploy', ...path), 'utf8'));

const Rules = z.object({
  groups: z.array(
    z.object({
      rules: z.array(
        z.object({
          alert: z.string(),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.strictObject({ summary: z.string(), description: z.string(), runbook_url: z.string() }),
        }),
      ),
    }),
  ),
});
const rules = Rules.parse(readYaml('prometheus/rules.yml')).groups.flatMap((group) => group.rules);

const JOINS_PER_MINUTE = 5;

const Target = z.object({ refId: z.string(), expr: z.string() });
const Dashboard = z.object({
  uid: z.string(),
  panels: z.array(
    z.object({
      id: z.number(),
      title: z.string(),
      gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
      targets: z.array(Target).min(1),
    }),
  ),
  annotations: z.object({ list: z.array(z.object({ expr: z.string() })) }),
});
const dashboardText = readFileSync(join(REPOSITORY, 'build/deploy/grafana/dashboards/parley.json'), 'utf8');
const dashboard = Dashboard.parse(JSON.parse(dashboardText));

/** As Grafana fills them in. */
const filled = (expr: string): string => expr.replaceAll('$instance', '.+').replaceAll('$__rate_interval', '1m');

/** Series that are there only while something fires, or only with Redis or a relay. */
const SOMETIMES = ['ALERTS', 'parley_redis_up', 'parley_redis_command_duration_seconds_bucket', 'parley_relay_up'];

const Answer = z.object({
  status: z.literal('success'),
  data: z.object({
    result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: z.tuple([z.number(), z.string()]) })),
  }),
});

describe('the alert rules (S16)', () => {
  it('are accepted by Prometheus, with the configuration that loads them', async () => {
    for (const args of [
      ['check', 'config', 'prometheus.yml'],
      ['check', 'config', 'one-machine.yml'],
      ['check', 'rules', '--lint=all', '--lint-fatal', 'rules.yml'],
    ]) {
      const { code, output } = await runProgram(needProgram('promtool'), args, { cwd: FOLDER });
      expect(code, output).toBe(0);
    }
  });

  it('stay quiet when all is well, and fire when it is not', async () => {
    const { code, output } = await runProgram(needProgram('promtool'), ['test', 'rules', 'rules.test.yml'], {
      cwd: FOLDER,
    });
    expect(code, output).toBe(0);
    const tested = readFileSync(join(FOLDER, 'rules.test.yml'), 'utf8');
    for (const { alert } of rules) expect(tested).toContain(`- name: ${alert}`);
  });

  it('look at figures that the probe writes, where they are about it (S18)', () => {
    const written = prometheusText({
      ok: true,
      server: 'parley.example.org',
      endedAt: 0,
      tookMs: 0,
      signaling: null,
      problems: [],
      calls: [],
    });
    const named = rules.flatMap(({ expr }) => expr.match(/\bparley_probe_\w+/g) ?? []);
    expect(named).toHaveLength(2);
    for (const name of named) expect(written).toContain(`# TYPE ${name} gauge`);
  });

  it('each lead to a paragraph of the operations guide', () => {
    const guide = readFileSync(join(REPOSITORY, 'docs/operations.md'), 'utf8');
    const headings = [...guide.matchAll(/^### (\w+)$/gm)].map(([, name]) => name ?? '');
    for (const { alert, annotations } of rules)
      expect(annotations.runbook_url).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    expect(headings.filter((name) => name.startsWith('Parley')).sort()).toEqual(rules.map((rule) => rule.alert).sort());
  });
});

describe('where there is no compose file (S16)', () => {
  const Pods = z.object({
    spec: z.object({
      selector: z.object({
        matchLabels: z.record(z.string(), z.string()),
      }),
      template: z.object({
        spec: z.object({ containers: z.array(z.object({ ports: z.array(z.object({ name: z.string() })) })) }),
      }),
    }),
  });

  it('servers are known under the job that every rule and panel asks for', () => {
    const asked = [...rules, ...dashboard.panels.flatMap(({ targets }) => targets)]
      .flatMap(({ expr }) => [...expr.matchAll(/\bjob="([^"]*)"/g)])
      .map(([, job]) => job);
    expect(new Set(asked)).toEqual(new Set(['parley']));
    const Config = z.object({ scrape_configs: z.array(z.object({ job_name: z.string() })) });
    for (const file of ['prometheus.yml', 'one-machine.yml', 'kubernetes.yml'])
      expect(Config.parse(readYaml('prometheus', file)).scrape_configs[0]?.job_name, file).toBe('parley');
    const Monitor = z.object({
      spec: z.object({
        selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
        podMetricsEndpoints: z.tuple([
          z.object({ port: z.string(), relabelings: z.array(z.object({ targetLabel: z.string() }).loose()) }),
        ]),
      }),
    });
    const { spec } = Monitor.parse(readYaml('prometheus/pod-monitor.yaml'));
    const pods = Pods.parse(readYaml('kubernetes/deployment.yaml')).spec;
    expect(spec.selector.matchLabels).toEqual(pods.selector.matchLabels);
    expect(pods.template.spec.containers[0]?.ports.map(({ name }) => name)).toEqual([spec.podMetricsEndpoints[0].port]);
    expect(spec.podMetricsEndpoints[0].relabelings).toContainEqual({
      action: 'replace',
      targetLabel: 'job',
      replacement: 'parley',
    });
  });

  it('a Prometheus in the cluster finds the pods of the manifests, and no others', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-prometheus-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const config = z
      .looseObject({ scrape_configs: z.tuple([z.looseObject({ job_name: z.string() })]) })
      .parse(readYaml('prometheus/kubernetes.yml'));
    const [scrape] = config.scrape_configs;
    const pods = Pods.parse(readYaml('kubernetes/deployment.yaml')).spec;
    // Three ports of pods, as Kubernetes would tell of them.
    const pod = (name: string, app: string, port: string) => ({
      targets: [`10.0.0.${name.length}:7350`],
      labels: {
        __meta_kubernetes_pod_name: name,
        __meta_kubernetes_pod_label_app_kubernetes_io_name: app,
        __meta_kubernetes_pod_container_port_name: port,
      },
    });
    const app = pods.selector.matchLabels['app.kubernetes.io/name'] ?? '';
    const port = pods.template.spec.containers[0]?.ports[0]?.name ?? '';
    // Not every build of Prometheus can ask Kubernetes: it is given the answer.
    expect(scrape.kubernetes_sd_configs).toEqual([{ role: 'pod' }]);
    delete scrape.kubernetes_sd_configs;
    scrape.static_configs = [pod('ours', app, port), pod('another', 'redis', port), pod('elsewhere', app, 'debug')];
    delete config.rule_files;
    writeFileSync(join(folder, 'prometheus.yml'), dump(config));
    const found = await runProgram(
      needProgram('promtool'),
      ['check', 'service-discovery', '--timeout=2s', 'prometheus.yml', 'parley'],
      { cwd: folder },
    );
    const Found = z.array(z.object({ labels: z.record(z.string(), z.string()).optional() }));
    const kept = Found.parse(JSON.parse(found.output.slice(found.output.indexOf('['))));
    expect(kept.map(({ labels = {} }) => labels).filter((labels) => Object.keys(labels).length > 0)).toEqual([
      expect.objectContaining({ job: 'parley', instance: 'ours', __address__: '10.0.0.4:7350' }),
    ]);
  });
});

describe('the operations guide (S16)', () => {
  it('explains no refusal that the server never sends', () => {
    const guide = readFileSync(join(REPOSITORY, 'docs/operations.md'), 'utf8');
    const section = /### ParleyErrorRate\n(.*?)\n### /s.exec(guide)?.[1] ?? '';
    const codes = [...section.matchAll(/`([a-z]+(?:-[a-z]+)+)`/g)].map(([, code]) => code ?? '');
    const folder = join(REPOSITORY, 'signaling-server/src');
    const source = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .join('\n');
    expect(codes.length).toBeGreaterThan(4);
    expect(codes.filter((code) => !source.includes(`'${code}'`))).toEqual([]);
  });
});

describe('the dashboard (S16)', () => {
  it('asks the data source that is provisioned, and lays its panels side by side', () => {
    const sources = z
      .object({ datasources: z.array(z.object({ uid: z.string(), url: z.string() })) })
      .parse(readYaml('grafana/provisioning/datasources/prometheus.yml')).datasources;
    const asked = [...dashboardText.matchAll(/"type": "prometheus",\s*"uid": "([^"]+)"/g)].map(([, uid]) => uid);
    expect(asked.length).toBeGreaterThan(dashboard.panels.length);
    expect([...new Set(asked)]).toEqual(sources.map((source) => source.uid));
    expect(new Set(dashboard.panels.map((panel) => panel.id)).size).toBe(dashboard.panels.length);
    const cells = dashboard.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)},${y + Math.floor(at / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    for (const { gridPos } of dashboard.panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  });
});

describe('a real Prometheus beside a real server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-prometheus-'));
  let server: TestServer;
  let prometheus: Program;
  let url: string;

  const query = async (expr: string) => {
    const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expr)}`);
    const body: unknown = await answer.json();
    const parsed = Answer.safeParse(body);
    if (!parsed.success) throw new Error(`${expr}: ${JSON.stringify(body)}`);
    return parsed.data.data.result;
  };

  beforeAll(async () => {
    server = await startServer({
      env: { TRUST_PROXY: '127.0.0.1', PUBLIC_HOSTS: PUBLIC_HOST, JOINS_PER_MINUTE: String(JOINS_PER_MINUTE) },
    });
    // The shipped file; only who is asked, how often, and where the rules lie is different.
    const config = z
      .looseObject({ global: z.looseObject({}), scrape_configs: z.array(z.looseObject({ job_name: z.string() })) })
      .parse(readYaml('prometheus/prometheus.yml'));
    config.global = { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' };
    config.rule_files = [join(FOLDER, 'rules.yml')];
    for (const scrape of config.scrape_configs) scrape.static_configs = [{ targets: [server.host] }];
    writeFileSync(join(folder, 'prometheus.yml'), dump(config));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    prometheus = startProgram(needProgram('prometheus'), [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ]);
    await prometheus.whenever('Prometheus to be ready', async () => (await fetch(`${url}/-/ready`)).ok);
  });
  afterAll(async () => {
    await prometheus?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const someTraffic = async (ip: string) => {
    const key = new RoomKey();
    const [ana, ben] = [new Client(server, { ip: `${ip}1` }), new Client(server, { ip })];
    await ana.join(key);
    await ben.join(key);
    await ana.call('signal:send', { roomId: key.roomId, to: '*', id: newSignalId(), box: someBox() });
    await ana.call('stream:start', { roomId: key.roomId, kind: 'camera' });
    await ana.raw('room:join', 'rubbish');
    await fetch(`http://${server.host}/nowhere`);
    // More than an address may.
    for (let joins = 0; joins < JOINS_PER_MINUTE; joins += 1) await ben.tryJoin(new RoomKey());
    for (const client of [ana, ben]) client.socket.disconnect();
  };

  it('reads its metrics', async () => {
    const up = await until('the first scrape', async () => (await query('up{job="parley"}'))[0]);
    expect(up.value[1]).toBe('1');
    expect(up.metric).toMatchObject({ job: 'parley', instance: server.host });
  });

  it('answers everything that the dashboard asks', async () => {
    // Something of everything that is counted, and a scrape before and after: a rate needs two values.
    for (const round of [1, 2]) {
      await someTraffic(`203.0.113.${round}`);
      const endedAt = Date.now() / 1_000;
      await until(`scrape ${round}`, async () => {
        const [seen] = await query('timestamp(parley_rate_limited_total{limit="joins"})');
        return Number(seen?.value[1] ?? 0) > endedAt;
      });
    }
    const asked = dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => ({ title, expr })));
    const unanswered: typeof asked = [];
    for (const each of asked) if ((await query(filled(each.expr))).length === 0) unanswered.push(each);
    expect(unanswered).toEqual([]);
  });

  it('understands the marks on the dashboard', async () => {
    for (const { expr } of dashboard.annotations.list) await query(filled(expr));
  });

  it('has loaded every rule, and every rule can be worked out', async () => {
    const Loaded = z.object({
      data: z.object({
        groups: z.array(
          z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), state: z.string() })) }),
        ),
      }),
    });
    const seen = await until('the rules to be worked out', async () => {
      const body: unknown = await (await fetch(`${url}/api/v1/rules`)).json();
      const all = Loaded.parse(body).data.groups.flatMap((group) => group.rules);
      return all.every((rule) => rule.health !== 'unknown') && all;
    });
    expect(seen.map((rule) => [rule.name, rule.health])).toEqual(rules.map((rule) => [rule.alert, 'ok']));
  });

  it('knows every metric that a rule or a panel names', async () => {
    const body: unknown = await (await fetch(`${url}/api/v1/label/__name__/values`)).json();
    const known = new Set(z.object({ data: z.array(z.string()) }).parse(body).data);
    const named = [
      ...rules.map((rule) => rule.expr),
      ...dashboard.panels.flatMap((panel) => panel.targets.map((target) => target.expr)),
    ].flatMap((expr) => [...expr.matchAll(/\b([a-zA-Z_]\w*)\{/g)].map(([, name]) => name ?? ''));
    expect([...new Set(named)].filter((name) => !known.has(name) && !SOMETIMES.includes(name))).toEqual([]);
  });
});
