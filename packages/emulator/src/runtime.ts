import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { AwsAccount } from "./aws-account.ts";
import { type EventingDescription, startEventing } from "./eventing.ts";
import type { FunctionUrl } from "./function-url/function-url.ts";
import { makeFunctionUrls } from "./function-url/function-urls.ts";
import type { ApiDescription } from "./gateway/api-description.ts";
import { makeGateway } from "./gateway/gateway.ts";
import { makeManagementApi } from "./gateway/management-api.ts";
import type { Quotas } from "./gateway/quotas.ts";
import { makeStageService } from "./gateway/upgrade-request.ts";
import { BodyBudget } from "./http/body-budget.ts";
import { makeHttpServer } from "./http/http-server.ts";
import type { HttpService } from "./http/http-service.ts";
import { makeFunctions } from "./lambda/functions.ts";
import { isInvocation, makeInvokeApi } from "./lambda/invoke-api.ts";
import type { LambdaFunction } from "./lambda/lambda-function.ts";
import { makeObserve, type Observer } from "./observer.ts";
import type { Scheduler } from "./scheduler.ts";
import { type SecretsManagerDescription, startSecretsManager } from "./secrets-manager/secrets-manager.ts";

export type RuntimeDescription = {
  readonly api: ApiDescription;
  readonly functions: readonly LambdaFunction[];
  /** 0 for any free port. */
  readonly port: number;
  readonly quotas: Quotas;
  readonly scheduler: Scheduler;
  readonly eventing: EventingDescription;
  readonly secretsManager?: SecretsManagerDescription;
  readonly functionUrls?: readonly FunctionUrl[];
  readonly observer?: Observer;
  readonly account: AwsAccount;
  /** Services for requests that no emulated service handles. */
  readonly services?: readonly HttpService[];
};

export type Runtime = {
  readonly port: number;
  /** The name of the stage in the API's address. */
  readonly stage: string;
  /** Closes every WebSocket with 1001 and ends within a second. */
  close(): Promise<void>;
};

/** The loopback interface: a runtime on a laptop must not be reachable from its network. */
const HOST = "127.0.0.1";

const CLOSE_GRACE_MS = 300;

/** Ten of the largest bodies fit at once; the others wait. */
const INVOCATION_BODY_BYTES = 64 * 1024 * 1024;
/** The calls of functions have their own budget: they must not wait for bodies of invocations. */
const CALL_BODY_BYTES = 32 * 1024 * 1024;

/** Starts the emulator. Rejects if the port is not free. */
export async function startRuntime(description: RuntimeDescription): Promise<Runtime> {
  const { api, account, scheduler } = description;
  const observe = makeObserve(description.observer, scheduler);
  const functions = makeFunctions({ ...description, observe });
  const gateway = makeGateway({ api, account, functions, quotas: description.quotas, scheduler, observe });
  const eventing = startEventing({
    description: description.eventing,
    ...{ accountId: account.accountId, region: account.region, scheduler, functions, observe },
    functionsAccessKeyId: account.functionsAccessKeyId,
  });
  const secretsManager = startSecretsManager({
    description: description.secretsManager ?? { secrets: [] },
    ...{ accountId: account.accountId, region: account.region, scheduler, functions, observe },
  });
  const functionUrls = makeFunctionUrls(description.functionUrls ?? [], { functions, scheduler });
  const invocationBodies = new BodyBudget(INVOCATION_BODY_BYTES, scheduler);
  const callBodies = new BodyBudget(CALL_BODY_BYTES, scheduler);
  const server = makeHttpServer({
    bodyBudget: (path) => (isInvocation(path) || functionUrls(path) ? invocationBodies : callBodies),
    publicService: functionUrls,
    services: [
      makeInvokeApi(functions, eventing.invokeAsynchronously),
      makeManagementApi({ ...gateway, stages: api.stages }),
      makeStageService(api.stages),
      ...eventing.services,
      secretsManager.service,
      ...(description.services ?? []),
    ],
    onUpgrade: gateway.upgrade,
  });
  server.listen(description.port, HOST);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stage: api.stages[0].name,
    async close() {
      server.close();
      const stopped = [eventing.stop(), secretsManager.stop()];
      await Promise.all([gateway.connections.closeAll(CLOSE_GRACE_MS), atMost(CLOSE_GRACE_MS, Promise.all(stopped))]);
      server.closeAllConnections();
    },
  };
}

async function atMost(millis: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, millis))]);
}
