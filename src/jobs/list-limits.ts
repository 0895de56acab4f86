/** The sort key of a list: time of creation, then id. */
export interface JobKey {
  id: string;
  createdAt: Date;
}

/** Maximum exact count; larger counts are estimates. */
export const countedUpTo = 5_000;
