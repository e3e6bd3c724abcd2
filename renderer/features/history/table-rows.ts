/** The rows of the table: the same figures as the bars. Pure. */
import type { HistoryBucket, HistoryView } from '../../../shared/history.ts';
import { gapsOf, type Gap } from './plots/gaps.ts';

/** A bucket, or a whole gap. */
export type Row =
  | { readonly kind: 'bucket'; readonly bucket: HistoryBucket }
  | { readonly kind: 'gap'; readonly gap: Gap };

/** Newest first: what is looked for is mostly what happened last. */
export function rowsOf(view: HistoryView): readonly Row[] {
  const gaps = gapsOf(view);
  return view.buckets
    .flatMap((bucket, index): Row[] => {
      if (!bucket.isGap) return [{ kind: 'bucket', bucket }];
      const gap = gaps.find(({ first }) => first === index);
      return gap === undefined ? [] : [{ kind: 'gap', gap }];
    })
    .toReversed();
}
