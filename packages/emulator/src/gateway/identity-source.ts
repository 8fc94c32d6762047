import type { GatewayRequest } from "./events.ts";
import type { HeaderMaps } from "./header-maps.ts";
import type { QueryMaps } from "./query-maps.ts";
import type { Session } from "./session.ts";

/** The parts of a handshake in which identity sources are found. */
export type Identifiable = {
  readonly headers: HeaderMaps;
  readonly query: QueryMaps;
  readonly session: Session;
  readonly request: GatewayRequest;
};

type Find = (from: Identifiable) => unknown;

const SOURCE = /^(route\.request\.header|route\.request\.querystring|stageVariables|context)\.([\w.-]+)$/;

/** As recorded from the real service: the first three are found, the others never. */
const CONTEXT = new Map<string, Find>([
  ["connectionId", ({ session }) => session.connectionId],
  ["connectedAt", ({ session }) => session.connectedAt],
  ["requestTimeEpoch", ({ request }) => request.at],
  ["eventType", () => undefined],
  ["messageDirection", () => undefined],
]);

/** Undefined if it is no identity source of a WebSocket API, or if nothing is known of it. */
export function parseIdentitySource(source: string): Find | undefined {
  const [, place, name = ""] = SOURCE.exec(source) ?? [];
  switch (place) {
    case "route.request.header":
      return ({ headers }) => headerValue(headers, name);
    case "route.request.querystring":
      return ({ query }) => own(query.queryStringParameters, name);
    case "stageVariables":
      return ({ session }) => own(session.stageVariables ?? {}, name);
    case "context":
      return CONTEXT.get(name);
    default:
      return undefined;
  }
}

/** Whether all of what an authorizer asks for is there and not empty. Without it API Gateway answers 401 unasked. */
export function hasIdentity(sources: readonly string[], from: Identifiable): boolean {
  return sources.every((source) => Boolean(parseIdentitySource(source)?.(from)));
}

function headerValue({ headers }: HeaderMaps, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
