/** A WebSocket API as a template declares it. */
export type ApiDescription = {
  /** The API's own stage comes first. Every stage reaches the connections opened on any of them. */
  readonly stages: readonly [Stage, ...(readonly Stage[])];
  readonly routeSelectionExpression: string;
  readonly routes: readonly Route[];
  readonly mockRoutes: readonly MockRoute[];
  /** Names of the API beside its default endpoint, for which the address of this machine stands. */
  readonly domains?: readonly CustomDomain[];
  /** True if handshakes are accepted only at those names. */
  readonly isDefaultEndpointDisabled?: boolean;
};

/** A domain name and a path, `/` or `/key`, that lead to a stage. */
export type CustomDomain = { readonly name: string; readonly path: string; readonly stage: string };

export type Stage = {
  readonly name: string;
  /** Absent if the stage defines none. */
  readonly variables?: Readonly<Record<string, string>>;
  /** For each route by itself, in so far as `routeThrottles` has no other for it. */
  readonly defaultThrottle?: Throttle;
  /** By route key. */
  readonly routeThrottles?: ReadonlyMap<string, Throttle>;
};

/** A part that is absent is the account's. A rate of 0 lets nothing through. */
export type Throttle = { readonly perSecond?: number; readonly burst?: number };

export type Route = {
  /** `$connect`, `$disconnect`, `$default` or the value of an action. */
  readonly routeKey: string;
  readonly functionName: string;
  /** True if the client gets the function's response: on API Gateway, if the route has a RouteResponse. */
  readonly routeResponse: boolean;
  /** By default API Gateway's maximum. */
  readonly integrationTimeoutMillis?: number;
  /** Only on `$connect`. */
  readonly authorizer?: Authorizer;
  /** Only on `$connect`: `route.request.header.Name` or `route.request.querystring.Name`. */
  readonly requiredParameters?: readonly string[];
} & Permitted;

/** The stages from which API Gateway is permitted to invoke the function; if absent, all. */
type Permitted = { readonly permittedStages?: readonly string[] };

/** A route for messages with a MOCK integration: it invokes no function, and each message has the same answer. */
export type MockRoute = {
  readonly routeKey: string;
  readonly answer: MockAnswer;
};

export type MockAnswer =
  /** The route has no route response. */
  | { readonly kind: "nothing" }
  | { readonly kind: "reply"; readonly text: string }
  /** The route has a route response, but no integration response to fill it. */
  | { readonly kind: "failed" };

export type Authorizer = {
  readonly functionName: string;
  /**
   * `route.request.header.Name`, `route.request.querystring.Name`, … The authorizer is asked only if all are present.
   */
  readonly identitySources: readonly string[];
} & Permitted;
