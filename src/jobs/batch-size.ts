/** Maximum items of a batch. One request can carry this many, and accepting them takes seconds. */
export const maxBatchItems = 10_000;
