import type { Settings } from '@parley/shared/model';
import { backgroundAddressOf } from '../bridge/background-content.ts';

/** Where the person's own picture for the background is to be found; null where there is none. */
export const ownPictureAddress = ({ processing }: Settings): string | null =>
  processing.pictureAt === null ? null : backgroundAddressOf(processing.pictureAt);
