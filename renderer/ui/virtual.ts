/** The library that draws the rows of a long list which are in view: imported here alone, so that it can be replaced. */
export { defaultRangeExtractor, type Range, useVirtualizer, type Virtualizer } from '@tanstack/react-virtual';
