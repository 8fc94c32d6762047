import { isRevokedBy, type TokenHolder } from "../../domain/token/revocation.ts";
import type { RevocationList } from "../ports/revocation-list.ts";

/** Reads the list strongly. Throws DependencyUnavailableError: a list that cannot be read lets no token count. */
export async function isRevoked(
  holder: TokenHolder,
  { revocations }: { readonly revocations: Pick<RevocationList, "concerning"> },
): Promise<boolean> {
  const found = await revocations.concerning(holder);
  return found.some((revocation) => isRevokedBy(holder, revocation));
}
