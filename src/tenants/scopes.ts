import { Scope } from '../connections/prisma/enums.ts';

/** What a key allows. No scope includes another. */
export type { Scope };

/** All scopes: those of a caller where no keys are required. */
export const allScopes: ReadonlySet<Scope> = new Set(Object.values(Scope));
