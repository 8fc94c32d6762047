import { parseJson } from "../json.ts";

/** The value that API Gateway compares with the route keys. Undefined if the body is not JSON: `$default` is next. */
export type SelectRoute = (body: string) => string | undefined;

/** A path of names and list indexes: `a.b[0]`. */
const PATH = String.raw`[\w-]+(?:\.[\w-]+|\[\d+\])*`;
const VARIABLE = new RegExp(String.raw`\$\{request\.body\.(${PATH})\}`, "g");
const SINGLE_VARIABLE = new RegExp(String.raw`^\$request\.body\.(${PATH})$`);

/**
 * `$request.body.action`, deeper paths as `a.b[0]`, several `${request.body.x}` among text, text alone, and `\$default`. Throws on
 * other variables: a route that can never be selected is a mistake in the template.
 */
export function parseSelectionExpression(expression: string): SelectRoute {
  const path = SINGLE_VARIABLE.exec(expression)?.[1];
  const template = path === undefined ? expression : `\${request.body.${path}}`;
  const text = template.replace(VARIABLE, "").replaceAll("\\$", "");
  if (text.includes("$")) throw new Error("A route selection expression may use $request.body.* only");
  return (body) => {
    const parsed = parseJson(body);
    if (parsed === undefined) return undefined;
    return template
      .replaceAll("\\$", "$")
      .replace(VARIABLE, (_, variable: string) =>
        asText(valueAt(parsed.value, variable.split(/[.[\]]+/).filter(Boolean))),
      );
  };
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (at, name) =>
      typeof at === "object" && at !== null && Object.hasOwn(at, name)
        ? (at as Record<string, unknown>)[name]
        : undefined,
    value,
  );
}

/** A value as text. An absent value is the empty text; an array is its items between brackets. */
function asText(value: unknown): string {
  if (value === undefined || value === null) return "";
  if (Array.isArray(value)) return `[${value.map(asJsonText).join(", ")}]`;
  return asJsonText(value);
}

function asJsonText(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return JSON.stringify(value);
  } catch {
    // The value is too deep to print, so it equals no route key.
    return "";
  }
}
