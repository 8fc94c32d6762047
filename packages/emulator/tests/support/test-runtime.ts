import type { Socket } from "node:net";
import { DEFAULT_ACCOUNT } from "../../src/aws-account.ts";
import { Clock } from "../../src/clock/clock.ts";
import type { EventingDescription } from "../../src/eventing.ts";
import { Faults } from "../../src/faults/faults.ts";
import type { FunctionUrl } from "../../src/function-url/function-url.ts";
import type { Authorizer, CustomDomain, MockAnswer, Route, Stage } from "../../src/gateway/api-description.ts";
import { DEFAULT_QUOTAS, type Quotas } from "../../src/gateway/quotas.ts";
import type { HttpService } from "../../src/http/http-service.ts";
import type { FunctionError } from "../../src/lambda/lambda-function.ts";
import type { DescribeConnection, DescribeProgram } from "../../src/local-api/program.ts";
import type { Observer } from "../../src/observer.ts";
import { startRuntime } from "../../src/runtime.ts";
import type { Scheduler } from "../../src/scheduler.ts";

// biome-ignore lint/suspicious/noExplicitAny: tests look into events as JSON
export type Json = any;
export type Handler = (event: Json, context: Json) => unknown;

export type TestApi = {
  /** Handlers by function name. `Authorizer`, `Connect` and `Disconnect`, if given, are routed as in the template. */
  readonly handlers: Readonly<Record<string, Handler>>;
  /** Function names by key of further routes. `!` before the name gives the route a response. */
  readonly routes?: Readonly<Record<string, string>>;
  /** Answers by key of routes that invoke no function. */
  readonly mockRoutes?: Readonly<Record<string, MockAnswer>>;
  /** The timeouts of `$connect` and of `routes`. */
  readonly integrationTimeoutMillis?: number;
  /** The stages on which routes may be invoked, by key. */
  readonly permittedStages?: Readonly<Record<string, readonly string[]>>;
  /** Reserved concurrency by function name. */
  readonly reservedConcurrency?: Readonly<Record<string, number>>;
  readonly expression?: string;
  readonly stageVariables?: Readonly<Record<string, string>>;
  /** More settings of the stage `dev`. */
  readonly stage?: Partial<Stage>;
  readonly authorizer?: Partial<Authorizer>;
  /** Of `$connect`. */
  readonly requiredParameters?: readonly string[];
  readonly scheduler?: Scheduler;
  readonly quotas?: Partial<Quotas>;
  readonly eventing?: Partial<EventingDescription>;
  readonly functionUrls?: readonly FunctionUrl[];
  readonly observer?: Observer;
  readonly domains?: readonly CustomDomain[];
  readonly isDefaultEndpointDisabled?: boolean;
  readonly describeConnection?: DescribeConnection;
  readonly describeProgram?: DescribeProgram;
  readonly host?: string;
  readonly hostNames?: readonly string[];
  readonly key?: string;
  readonly isOwnPeer?: (socket: Socket) => boolean;
  /** Services for requests that no emulated service handles. */
  readonly services?: readonly HttpService[];
};

export type TestRuntime = AsyncDisposable & {
  readonly port: number;
  readonly url: string;
  /** All events by function name, in order. */
  readonly events: Readonly<Record<string, Json[]>>;
  readonly failures: readonly FunctionError[];
  close(): Promise<void>;
};

/** The emulator on a free port, over handlers of the test's own. */
export async function startTestRuntime(api: TestApi): Promise<TestRuntime> {
  const events: Record<string, Json[]> = Object.fromEntries(Object.keys(api.handlers).map((name) => [name, []]));
  const failures: FunctionError[] = [];
  const clock = new Clock();
  const runtime = await startRuntime({
    api: {
      stages: [
        { name: "dev", ...(api.stageVariables && { variables: api.stageVariables }), ...api.stage },
        { name: "other" },
      ],
      routeSelectionExpression: api.expression ?? "$request.body.action",
      ...(api.domains && { domains: api.domains }),
      isDefaultEndpointDisabled: api.isDefaultEndpointDisabled ?? false,
      routes: routesOf(api).map((route) => {
        const permittedStages = api.permittedStages?.[route.routeKey];
        return permittedStages === undefined ? route : { ...route, permittedStages };
      }),
      mockRoutes: Object.entries(api.mockRoutes ?? {}).map(([routeKey, answer]) => ({ routeKey, answer })),
    },
    functions: Object.entries(api.handlers).map(([name, handler]) => ({
      name,
      handler: (event: Json, context: Json) => {
        events[name]?.push(event);
        return handler(event, context);
      },
      timeoutSeconds: 60,
      memoryMegabytes: 128,
      ...(api.reservedConcurrency?.[name] !== undefined && { reservedConcurrency: api.reservedConcurrency[name] }),
    })),
    port: 0,
    account: DEFAULT_ACCOUNT,
    services: api.services ?? [],
    functionUrls: api.functionUrls ?? [],
    ...(api.describeConnection && { describeConnection: api.describeConnection }),
    ...(api.describeProgram && { describeProgram: api.describeProgram }),
    ...(api.host && { host: api.host }),
    ...(api.hostNames && { hostNames: api.hostNames }),
    ...(api.key && { key: api.key }),
    ...(api.isOwnPeer && { isOwnPeer: api.isOwnPeer }),
    quotas: { ...DEFAULT_QUOTAS, ...api.quotas },
    faults: new Faults(),
    scheduler: api.scheduler ?? clock,
    clock,
    observer: (event) => {
      if (event.kind === "fault-after-invocation") failures.push(event.error);
      if (event.kind === "invocation-ended" && event.outcome.kind === "failed") failures.push(event.outcome.error);
      return api.observer?.(event);
    },
    eventing: { queues: [], rules: [], eventSourceMappings: [], ...api.eventing },
  });
  return {
    port: runtime.port,
    url: `ws://127.0.0.1:${runtime.port}/dev`,
    events,
    failures,
    close: () => runtime.close(),
    [Symbol.asyncDispose]: () => runtime.close(),
  };
}

function routesOf({ handlers, routes, authorizer, requiredParameters, integrationTimeoutMillis }: TestApi): Route[] {
  const own: Route[] = [];
  if ("Connect" in handlers) {
    const asked = "Authorizer" in handlers || authorizer !== undefined;
    own.push({
      routeKey: "$connect",
      functionName: "Connect",
      routeResponse: false,
      ...(asked && { authorizer: { functionName: "Authorizer", identitySources: [], ...authorizer } }),
      ...(requiredParameters && { requiredParameters }),
      ...(integrationTimeoutMillis !== undefined && { integrationTimeoutMillis }),
    });
  }
  if ("Disconnect" in handlers) own.push({ routeKey: "$disconnect", functionName: "Disconnect", routeResponse: false });
  const others = Object.entries(routes ?? {}).map(([routeKey, name]) => ({
    routeKey,
    functionName: name.replace("!", ""),
    routeResponse: name.startsWith("!"),
    ...(integrationTimeoutMillis !== undefined && { integrationTimeoutMillis }),
  }));
  return [...own, ...others];
}

export const ok: Handler = () => ({ statusCode: 200 });

export const allow: Handler = (event) => policy({ Effect: "Allow", Resource: event.methodArn });

export function policy(statement: Json, rest: Json = {}): Json {
  return {
    principalId: "ann",
    policyDocument: { Version: "2012-10-17", Statement: [{ Action: "execute-api:Invoke", ...statement }] },
    ...rest,
  };
}
