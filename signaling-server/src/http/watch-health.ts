import { type Clock, repeatTask } from '../clock.ts';
import type { Warnings } from '../warnings.ts';
import type { CheckResult, HealthChecks } from './health.ts';

/** Time between two looks. */
export const HEALTH_LOOK_EVERY_MS = 30_000;

const NAMES: Record<string, string> = {
  event_loop: 'event loop delay',
  memory: 'share of the memory in use',
  cpu: 'share of the processors in use',
  disk: 'share of the disk in use',
  redis: 'time until Redis answers',
};

/** Warns of each check that is degraded, so that the log and the admin page tell it before somebody asks for `/health`. */
export function watchHealth(health: HealthChecks, clock: Clock, warnings: Warnings): () => void {
  const look = async (): Promise<void> => {
    for (const [name, check] of Object.entries(await health.run())) {
      // The relay's own test warns of it, in better words.
      if (name === 'relay') continue;
      if (check.status === 'ok') warnings.clear(`check ${name}`);
      else warnings.warn(`check ${name}`, sentenceOf(name, check));
    }
  };
  return repeatTask(clock, HEALTH_LOOK_EVERY_MS, look).stop;
}

/** Without the value, which is another one at every look. */
function sentenceOf(name: string, { value, threshold, unit }: CheckResult): string {
  const what = NAMES[name] ?? name.replaceAll('_', ' ');
  if (value === null) return `There is no answer to: ${what}.`;
  const limit = unit === 'share' ? `${threshold * 100} %` : `${threshold} ${unit}`;
  return `The ${what} is above ${limit}.`;
}
