export { type Clock, repeat, systemClock } from '@parley/shared/timing';
