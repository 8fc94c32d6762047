import type { Section } from "./section.ts";

const PARAMETER = /^route\.request\.(?:header|querystring)\.[\w.-]+$/;

/** Reads the parameters that a handshake must have. Like SAM, it refuses them on every route but `$connect`. */
export function readRequiredParameters(route: Section, routeKey: string): readonly string[] {
  if (!route.isGiven("RequestParameters")) return [];
  const parameters = route.section("RequestParameters");
  const names = parameters.names.filter((name) => parameters.isGiven(name));
  if (names.length > 0 && routeKey !== "$connect") throw route.problem("RequestParameters", "is only for $connect");
  const unknown = names.find((name) => !PARAMETER.test(name));
  if (unknown !== undefined) {
    throw parameters.problem(unknown, "is not of the form route.request.header.x or route.request.querystring.x");
  }
  return names.filter((name) => isRequired(parameters, name));
}

/** `{ Required: true }`, or `true` alone. */
function isRequired(parameters: Section, name: string): boolean {
  if (parameters.isText(name, "true")) return true;
  if (parameters.isText(name, "false")) return false;
  const constraints = parameters.section(name);
  const misspelt = constraints.names.find((constraint) => constraint !== "Required");
  if (misspelt !== undefined) throw constraints.problem(misspelt, "is not Required");
  return constraints.flag("Required");
}
