/** A WebSocket API as a template declares it. */
export type ApiDescription = {
  /** The API's own stage first. Each of them reaches connections opened on any of them. */
  readonly stages: readonly [Stage, ...Stage[]];
  readonly routeSelectionExpression: string;
  readonly routes: readonly Route[];
};

export type Stage = {
  readonly name: string;
  /** Absent where the stage defines none. */
  readonly variables?: Readonly<Record<string, string>>;
};

export type Route = {
  /** `$connect`, `$disconnect`, `$default` or the value of an action. */
  readonly routeKey: string;
  readonly functionName: string;
  /** Whether the client gets the function's response: on API Gateway, whether the route has a RouteResponse. */
  readonly routeResponse: boolean;
  /** By default API Gateway's maximum. */
  readonly integrationTimeoutMillis?: number;
  /** On `$connect` alone. */
  readonly authorizer?: Authorizer;
};

export type Authorizer = {
  readonly functionName: string;
  /** `route.request.header.Name`, `route.request.querystring.Name`, … All must be present, else the authorizer is not asked. */
  readonly identitySources: readonly string[];
};
