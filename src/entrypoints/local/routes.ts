import type { ApiDescription } from "./gateway/api-description.ts";
import type { LambdaFunction, LambdaHandler } from "./lambda/lambda-function.ts";

/** Beyond any answer worth waiting for on a handshake, below the gateway's 29 s. */
const TIMEOUT_SECONDS = 10;
const MEMORY_MEGABYTES = 256;

const HANDLERS = {
  Authorizer: "authorizer",
  Connect: "connect",
  Disconnect: "disconnect",
  Default: "default",
  CreateTestJwt: "create-test-jwt",
} as const;

export function describeApi(stage: string): ApiDescription {
  return {
    stage,
    routeSelectionExpression: "$request.body.action",
    routes: [
      {
        routeKey: "$connect",
        functionName: "Connect",
        routeResponse: false,
        // No identity source: it would have to name one of the two places in which a token may come.
        authorizer: { functionName: "Authorizer", identitySources: [] },
      },
      { routeKey: "$disconnect", functionName: "Disconnect", routeResponse: false },
      { routeKey: "$default", functionName: "Default", routeResponse: true },
    ],
  };
}

/** The handlers as they are. Each reads its settings while it loads, so the environment must be complete before. */
export function loadFunctions(): Promise<LambdaFunction[]> {
  return Promise.all(
    Object.entries(HANDLERS).map(async ([name, file]) => {
      const { handler }: { handler: LambdaHandler } = await import(`../lambda/${file}.ts`);
      return { name, handler, timeoutSeconds: TIMEOUT_SECONDS, memoryMegabytes: MEMORY_MEGABYTES };
    }),
  );
}
