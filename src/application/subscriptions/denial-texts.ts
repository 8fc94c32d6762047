import type { DeniedAccess } from "../../domain/grants/access-decision.ts";
import type { EntityId } from "../../domain/subscription/subscription.ts";

/** A denial of one entity, and the rule that decided. */
export type Denial = { readonly entityId: EntityId } & Omit<DeniedAccess, "kind">;

/** A client may name an entity like its token, or like the beginning of it, by mistake. */
const TOKEN = /eyJ[\w-]+\.[\w-]*(?:\.[\w-]*)?/g;

/** Denials for the log: the rule that decided, the request, and the grant that came closest. */
export function denialTexts(denials: readonly Denial[]): readonly string[] {
  return denials.map(({ rule, entityId, closest }) => {
    const asked = `${rule} subscribe:${entityId}`;
    return (closest === undefined ? asked : `${asked} closest ${closest}`).replaceAll(TOKEN, "[token]");
  });
}
