export { TokenBucket } from '@parley/shared/timing';
