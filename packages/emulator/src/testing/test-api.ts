import type { ApiDescription, Authorizer, MockAnswer, Route } from "../gateway/api-description.ts";

/** A route of a test's own API: the name of a function, or the name with settings. */
export type TestRoute =
  | string
  | {
      readonly function: string;
      /** True if the client gets the function's response. */
      readonly routeResponse?: boolean;
      /** 50 to 29,000; by default 29,000. */
      readonly integrationTimeoutMillis?: number;
    };

/** An API without a template. */
export type TestApi = {
  /** Functions by route key: `$connect`, `$disconnect`, `$default`, or the value that the expression selects. */
  readonly routes: Readonly<Record<string, TestRoute>>;
  /** The function that authorizes `$connect`, or the same with identity sources. */
  readonly authorizer?: string | Authorizer;
  /** By default `$request.body.action`. */
  readonly routeSelectionExpression?: string;
  /** By default `dev` alone. */
  readonly stages?: ApiDescription["stages"];
  readonly mockRoutes?: Readonly<Record<string, MockAnswer>>;
};

export function describeApi(api: TestApi): ApiDescription {
  return {
    stages: api.stages ?? [{ name: "dev" }],
    routeSelectionExpression: api.routeSelectionExpression ?? "$request.body.action",
    routes: Object.entries(api.routes).map(([routeKey, route]) => describeRoute(routeKey, route, api)),
    mockRoutes: Object.entries(api.mockRoutes ?? {}).map(([routeKey, answer]) => ({ routeKey, answer })),
  };
}

function describeRoute(routeKey: string, route: TestRoute, { authorizer }: TestApi): Route {
  const { function: functionName, ...settings } = typeof route === "string" ? { function: route } : route;
  const asked = typeof authorizer === "string" ? { functionName: authorizer, identitySources: [] } : authorizer;
  return {
    ...{ routeKey, functionName, routeResponse: false, ...settings },
    ...(routeKey === "$connect" && asked !== undefined && { authorizer: asked }),
  };
}
