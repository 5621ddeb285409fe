import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseIceUrl, SIGNALING_PATH } from '@parley/shared/protocol';
import { readConfig, SETTINGS } from '@parley/signaling-server/config.ts';
import { loadAll } from 'js-yaml';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Ingress, NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Secret, Service } from 'kubernetes-models/v1';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { REPOSITORY } from '#support/repository.ts';
import { readDockerfile, readEnv } from './dockerfile.ts';

const FOLDER = join(REPOSITORY, 'build/deploy/kubernetes');
const KINDS = {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  NetworkPolicy,
  PodDisruptionBudget,
  Secret,
  Service,
};

const Meta = z.object({
  kind: z.enum(Object.keys(KINDS) as [keyof typeof KINDS, ...(keyof typeof KINDS)[]]),
  apiVersion: z.string(),
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()) }),
});
const documents = readdirSync(FOLDER).flatMap((file) =>
  loadAll(readFileSync(join(FOLDER, file), 'utf8')).map((document) => ({ file, document })),
);

/** Each kind is there once; typed by the model that also validates it. */
function only<K extends keyof typeof KINDS>(kind: K): InstanceType<(typeof KINDS)[K]> {
  const found = documents.filter(({ document }) => Meta.parse(document).kind === kind);
  const [first] = found;
  if (!first || found.length > 1) throw new Error(`${found.length} documents of the kind ${kind}`);
  // The constructor takes the plain data of its own kind, and validate() below says whether it is.
  return new KINDS[kind](first.document as never) as InstanceType<(typeof KINDS)[K]>;
}

const deployment = only('Deployment');
const podSpec = deployment.spec?.template.spec;
const container = podSpec?.containers[0];
const podLabels = deployment.spec?.template.metadata?.labels;
const [configMap, secret] = [only('ConfigMap'), only('Secret')];

describe('the Kubernetes manifests (S16)', () => {
  it.each(documents.map(({ file, document }) => [file, document] as const))(
    '%s is valid by its schema',
    (_, document) => {
      const { kind, apiVersion } = Meta.parse(document);
      const model = new KINDS[kind](document as never);
      model.validate();
      expect(model.apiVersion).toBe(apiVersion);
    },
  );

  it('would be found wrong by that schema if they were', () => {
    const broken = structuredClone(deployment.toJSON()) as { spec: { template: { spec: { containers: object[] } } } };
    broken.spec.template.spec.containers = [{ image: 'x' }];
    expect(() => new Deployment(broken as never).validate()).toThrow(/name/);
  });

  it('all mean the same pods', () => {
    const selectors = [
      deployment.spec?.selector.matchLabels,
      only('Service').spec?.selector,
      only('PodDisruptionBudget').spec?.selector?.matchLabels,
      only('NetworkPolicy').spec?.podSelector?.matchLabels,
      podSpec?.topologySpreadConstraints?.[0]?.labelSelector?.matchLabels,
    ];
    for (const selector of selectors) expect(selector).toEqual(podLabels);
    const { name } = Meta.parse(documents[0]?.document).metadata;
    for (const { document } of documents)
      expect(Meta.parse(document).metadata).toMatchObject({ name, labels: podLabels });
    expect(only('HorizontalPodAutoscaler').spec?.scaleTargetRef).toEqual({
      apiVersion: deployment.apiVersion,
      kind: deployment.kind,
      name,
    });
    // The autoscaler's number would be overwritten with every apply.
    expect(deployment.spec?.replicas).toBeUndefined();
    expect(container?.envFrom).toEqual([{ configMapRef: { name } }, { secretRef: { name } }]);
  });

  it('agree on one port, the one that the image listens on', () => {
    const image = readEnv(
      readDockerfile(readFileSync(join(REPOSITORY, 'build/deploy/Dockerfile'), 'utf8'))
        .filter(({ name }) => name === 'ENV')
        .map(({ rest }) => rest)
        .join(' '),
    );
    const port = Number(image.PORT);
    expect(container?.ports).toEqual([{ name: 'http', containerPort: port }]);
    for (const probe of [container?.startupProbe, container?.livenessProbe, container?.readinessProbe])
      expect(probe?.httpGet?.port).toBe('http');
    expect(only('Service').spec?.ports?.map((each) => each.targetPort)).toEqual(['http']);
    expect(only('NetworkPolicy').spec?.ingress?.[0]?.ports?.map((each) => each.port)).toEqual([port]);
    for (const rule of only('Ingress').spec?.rules ?? [])
      for (const path of rule.http?.paths ?? [])
        expect(path.backend.service).toEqual({ name: only('Service').metadata?.name, port: { name: 'http' } });
  });

  it('ask the server for life and readiness where it tells them', () => {
    expect(container?.livenessProbe?.httpGet?.path).toBe('/health/live');
    expect(container?.startupProbe?.httpGet?.path).toBe('/health/live');
    expect(container?.readinessProbe?.httpGet?.path).toBe('/health/ready');
  });

  it('take no pod away before the next one is ready, and give it the time to end in order', () => {
    expect(deployment.spec?.strategy?.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
    expect(only('HorizontalPodAutoscaler').spec?.minReplicas).toBeGreaterThan(1);
    const preStopS = Number(container?.lifecycle?.preStop?.exec?.command?.[1]);
    const graceMs = Number(configMap.data?.SHUTDOWN_GRACE_MS);
    const killedAfterS = podSpec?.terminationGracePeriodSeconds ?? 0;
    expect(killedAfterS).toBeGreaterThanOrEqual(30);
    // The server ends by itself 29 s after SIGTERM, whatever hangs; that is inside as well.
    expect(killedAfterS).toBeGreaterThan(preStopS + Math.max(29, graceMs / 1_000));
  });

  it('give the container nothing that it does not need', () => {
    expect(podSpec?.automountServiceAccountToken).toBe(false);
    expect(podSpec?.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container?.resources?.requests).toEqual({ cpu: expect.any(String), memory: expect.any(String) });
    expect(container?.resources?.limits?.memory).toEqual(expect.any(String));
    const user = readDockerfile(readFileSync(join(REPOSITORY, 'build/deploy/Dockerfile'), 'utf8')).find(
      ({ name }) => name === 'USER',
    );
    expect(user?.rest).toBe(`${podSpec?.securityContext?.runAsUser}:${podSpec?.securityContext?.runAsGroup}`);
  });

  it('hold only settings that the server knows and takes, and no secret', () => {
    const secrets = secret.stringData ?? {};
    for (const [name, value] of Object.entries(secrets)) expect(value, name).toBe('');
    // Applying the folder must not empty the real one.
    expect(documents.find(({ document }) => Meta.parse(document).kind === 'Secret')?.file).not.toMatch(
      /\.(?:ya?ml|json)$/,
    );
    const given = { ...configMap.data };
    expect(Object.keys(given).filter((name) => name in secrets)).toEqual([]);
    expect(Object.keys({ ...given, ...secrets }).filter((name) => !Object.hasOwn(SETTINGS, name))).toEqual([]);
    const reading = readConfig({
      NODE_ENV: 'production',
      ...given,
      REDIS_URL: 'rediss://:0f1e2d3c4b5a69788796a5b4c3d2e1f0@redis.example.org:6379',
      TURN_SECRET: 'd5a1f0b2c3948576a7b8c9d0e1f2a3b4c5d6e7f8',
      ADMIN_TOKEN: '5b0c41d2f1f84b0c9d3b7c1e6a9f20d47e31aa01',
    });
    expect(reading.ok ? [] : reading.problems).toEqual([]);
  });

  it('let the world reach what apps ask for and the health, and nothing for operators', () => {
    const paths = only('Ingress').spec?.rules?.flatMap((rule) => rule.http?.paths.map((path) => path.path) ?? []);
    expect(paths).toEqual(['/parley/', '/about', '/auth/refresh', '/health']);
    const asked = readFileSync(join(REPOSITORY, 'electron/core/servers/server-http.ts'), 'utf8').matchAll(
      /ask\(host, '([^']+)'/g,
    );
    expect(paths).toEqual(expect.arrayContaining([...asked].map(([, path]) => path)));
    expect(paths).toContain(`${SIGNALING_PATH}/`);
    expect(only('Service').spec?.type).toBe('ClusterIP');
    expect(only('NetworkPolicy').spec?.policyTypes).toEqual(['Ingress', 'Egress']);
  });

  it('let the server reach every relay that it hands out and tests', () => {
    const open = only('NetworkPolicy').spec?.egress?.flatMap(({ to, ports }) =>
      to?.some(({ ipBlock }) => ipBlock?.cidr === '0.0.0.0/0')
        ? (ports ?? []).map((at) => `${at.protocol} ${at.port}`)
        : [],
    );
    const relays = (configMap.data?.TURN_URLS ?? '').split(',').map((url) => {
      const relay = parseIceUrl(url);
      return `${relay?.scheme === 'turns' || relay?.transport === 'tcp' ? 'TCP' : 'UDP'} ${relay?.port}`;
    });
    expect(relays).toHaveLength(2);
    expect(open).toEqual(expect.arrayContaining(relays));
  });
});
