import { Scope } from '../connections/prisma/enums.ts';

/** The scopes of a key. No scope includes another. */
export type { Scope };

/** All scopes. A caller has them while no keys are required. */
export const allScopes: ReadonlySet<Scope> = new Set(Object.values(Scope));
