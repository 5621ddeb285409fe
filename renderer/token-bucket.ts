export { FixedRate as TokenBucket } from '@parley/shared/timing';
