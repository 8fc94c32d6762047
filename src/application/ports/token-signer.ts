import type { PlainObject } from "../../domain/plain-object.ts";

/** Signs with the current secret. Throws DependencyUnavailableError when it cannot be had. */
export interface TokenSigner {
  sign(claims: PlainObject): Promise<string>;
}
