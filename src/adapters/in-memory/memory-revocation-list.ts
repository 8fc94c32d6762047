import type { RevocationList } from "../../application/ports/revocation-list.ts";
import type { EpochSeconds } from "../../domain/time.ts";
import type { Revocation, TokenHolder } from "../../domain/token/revocation.ts";

/** Remembers revocations in this process, for `npm start` and tests. It keeps them until the process ends. */
export class MemoryRevocationList implements RevocationList {
  readonly #revocations = new Map<string, Revocation>();

  async add(revocation: Revocation, _keepUntil: EpochSeconds): Promise<void> {
    const key = keyOf(revocation);
    const held = this.#revocations.get(key);
    const isOlder =
      held !== undefined &&
      "issuedBefore" in held &&
      "issuedBefore" in revocation &&
      revocation.issuedBefore < held.issuedBefore;
    if (!isOlder) this.#revocations.set(key, revocation);
  }

  async concerning({ userId, token: { tokenId, issuer } }: TokenHolder): Promise<readonly Revocation[]> {
    const keys = [
      keyOf({ kind: "user", userId }),
      ...(tokenId === undefined ? [] : [keyOf({ kind: "token", userId, tokenId })]),
      keyOf({ kind: "issuer", issuer }),
    ];
    return keys.flatMap((key) => this.#revocations.get(key) ?? []);
  }
}

/** JSON keeps any two ids apart. */
function keyOf(revocation: { readonly [Name in "kind" | "userId" | "tokenId" | "issuer"]?: string }): string {
  const { kind, userId, tokenId, issuer } = revocation;
  return JSON.stringify([kind, userId, tokenId, issuer]);
}
