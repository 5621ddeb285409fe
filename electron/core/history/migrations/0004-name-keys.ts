import { nameKey } from '@parley/shared/model';
import type { WritableDb } from '../database.ts';

type Pin = { device_id: string; username_key: string; name: string; verified: number; changed: number };

/**
 * Pins are compared by the name that people see, no longer by the username behind it. A device that was met later under
 * a name that was taken is told apart from now on; a warning that came of the username alone is taken back.
 */
export const up = (db: WritableDb): void => {
  db.exec('ALTER TABLE pins RENAME COLUMN username_key TO name_key');
  const pins = db
    .prepare<[], Pin>(
      'SELECT device_id, name_key AS username_key, name, verified, changed FROM pins ORDER BY first_met_at, device_id',
    )
    .all();
  const write = db.prepare('UPDATE pins SET name_key = ?, changed = ? WHERE device_id = ?');
  const taken = new Set<string>();
  for (const { device_id, username_key, name, verified, changed } of pins) {
    const key = nameKey(name);
    const warned = changed === 1 && username_key === key;
    const takes = verified === 0 && taken.has(key);
    write.run(key, Number(warned || takes), device_id);
    if (!warned && !takes) taken.add(key);
  }
};
