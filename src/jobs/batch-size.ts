/** Maximum items of a batch: what fits into one request. Accepting them takes seconds. */
export const maxBatchItems = 10_000;
