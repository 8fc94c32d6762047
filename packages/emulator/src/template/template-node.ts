import type { TemplateLocation } from "./template-error.ts";

export type Scalar = string | number | boolean | null;

/** A part of a template before any intrinsic function is evaluated, with its location in the file. */
export type TemplateNode = { readonly at: TemplateLocation } & (
  | { readonly kind: "scalar"; readonly value: Scalar }
  | { readonly kind: "list"; readonly items: readonly TemplateNode[] }
  | { readonly kind: "map"; readonly entries: ReadonlyMap<string, TemplateNode> }
  | { readonly kind: "intrinsic"; readonly name: string; readonly argument: TemplateNode }
);

export type MapNode = Extract<TemplateNode, { readonly kind: "map" }>;
