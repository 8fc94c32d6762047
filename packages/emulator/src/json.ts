/** An object made by JSON.parse: not null, not an array. */
export type PlainObject = { readonly [name: string]: unknown };

export function isPlainObject(value: unknown): value is PlainObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object's own property, never one inherited through `__proto__` or `constructor`. */
export function ownProperty(object: PlainObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

type Reviver = (name: string, value: unknown, context: { readonly source?: string }) => unknown;

/** The value of a JSON text, wrapped because null is a value too. Undefined if the text is not JSON; never throws. */
export function parseJson(text: string, reviver?: Reviver): { readonly value: unknown } | undefined {
  try {
    // TypeScript does not know the reviver's third parameter yet.
    return { value: JSON.parse(text, reviver as (name: string, value: unknown) => unknown) };
  } catch {
    return undefined;
  }
}

const STRICT = new TextDecoder("utf-8", { fatal: true });
const STRICT_WITH_BOM = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Decodes UTF-8. Undefined for other bytes: a lenient decoder would change them. */
export function decodeUtf8(
  bytes: Uint8Array,
  { ignoreBOM = false }: { readonly ignoreBOM?: boolean } = {},
): string | undefined {
  try {
    return (ignoreBOM ? STRICT_WITH_BOM : STRICT).decode(bytes);
  } catch {
    return undefined;
  }
}
