export { systemClock } from '@parley/shared/timing';
