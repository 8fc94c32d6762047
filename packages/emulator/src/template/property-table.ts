/**
 * How the runtime treats a property of a template:
 * - `emulated`: as AWS does, or it is refused where it is read;
 * - `harmless`: it makes no difference on a laptop, and is ignored;
 * - a map has a rule for each member; `each` is the rule for all members of a map or list;
 * - `named` is printed once at the start, `refused` ends the start: both texts say what the property does on AWS.
 */
export type PropertyRule =
  | "emulated"
  | "harmless"
  | { readonly members: PropertyTable }
  | { readonly each: PropertyTable }
  | ({ readonly named: string } & Unless)
  | ({ readonly refused: string } & Unless);

/** The value without effect, such as a switch that is off. */
type Unless = { readonly unless?: string };

/** All properties of a resource type. Any other property is a mistake. */
export type PropertyTable = { readonly [property: string]: PropertyRule };
