import { lockProfile } from '../../lock-profile.ts';

// Takes the profile given, says how that went, and holds it until it is killed.
const outcome = lockProfile(process.argv[2] ?? '');
process.stdout.write(`${outcome.ok ? 'held' : outcome.code}\n`);
if (outcome.ok) setInterval(() => {}, 60_000);
