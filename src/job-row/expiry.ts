/** When a row of `jobs` that ends now expires by its own options, as SQL; null if they do not say. */
export const ownExpiry = (job: string) =>
  `now() + (${job}.options ->> 'expireAfterSeconds')::int * interval '1 second'`;
