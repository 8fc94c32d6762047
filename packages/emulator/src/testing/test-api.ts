import type { ApiDescription, Authorizer, MockAnswer, Route } from "../gateway/api-description.ts";
import type { FunctionSettings } from "../lambda/function-settings.ts";
import type { LambdaFunction } from "../lambda/lambda-function.ts";

// biome-ignore lint/suspicious/noExplicitAny: a test knows which events it causes
export type TestHandler = (event: any, context: any) => unknown;

/** A handler, or a handler with settings. By default a function has a timeout of a minute and 128 MB. */
export type TestFunction = TestHandler | ({ readonly handler: TestHandler } & Partial<Omit<FunctionSettings, "name">>);

export function describeFunction(name: string, fn: TestFunction): LambdaFunction {
  const settings = typeof fn === "function" ? { handler: fn } : fn;
  return { name, timeoutSeconds: 60, memoryMegabytes: 128, ...settings };
}

/**
 * A route of a test's own API: the name of a function, or the name with settings. With `routeResponse` the client gets
 * the function's response.
 */
export type TestRoute =
  | string
  | ({ readonly function: string } & Partial<Omit<Route, "routeKey" | "functionName" | "authorizer">>);

/** An API without a template. */
export type TestApi = Partial<Omit<ApiDescription, "routes" | "mockRoutes">> & {
  /** Functions by route key: `$connect`, `$disconnect`, `$default`, or the value that the expression selects. */
  readonly routes: Readonly<Record<string, TestRoute>>;
  /** Answers by key of routes that invoke no function. */
  readonly mockRoutes?: Readonly<Record<string, MockAnswer>>;
  /** The function that authorizes `$connect`, or the same with settings. */
  readonly authorizer?: string | (Pick<Authorizer, "functionName"> & Partial<Authorizer>);
};

/** The stage is `dev` and the expression `$request.body.action`, unless the test has its own. */
export function describeApi({ routes, mockRoutes = {}, authorizer, ...api }: TestApi): ApiDescription {
  const { stages = [{ name: "dev" }], routeSelectionExpression = "$request.body.action", domains } = api;
  return {
    ...{ stages, routeSelectionExpression, isDefaultEndpointDisabled: api.isDefaultEndpointDisabled ?? false },
    ...(domains && { domains }),
    routes: Object.entries(routes).map(([routeKey, route]) => describeRoute(routeKey, route, authorizer)),
    mockRoutes: Object.entries(mockRoutes).map(([routeKey, answer]) => ({ routeKey, answer })),
  };
}

function describeRoute(routeKey: string, route: TestRoute, authorizer: TestApi["authorizer"]): Route {
  const { function: functionName, ...settings } = typeof route === "string" ? { function: route } : route;
  const asked = typeof authorizer === "string" ? { functionName: authorizer } : authorizer;
  return {
    ...{ routeKey, functionName, routeResponse: false, ...settings },
    ...(routeKey === "$connect" && asked !== undefined && { authorizer: { identitySources: [], ...asked } }),
  };
}
