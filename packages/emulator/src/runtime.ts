import type { Socket } from "node:net";
import type { AwsAccount } from "./aws-account.ts";
import { unemulatedServices } from "./aws-json/unemulated-services.ts";
import type { Clock } from "./clock/clock.ts";
import { type EventingDescription, startEventing } from "./eventing.ts";
import type { Faults } from "./faults/faults.ts";
import type { FunctionUrl } from "./function-url/function-url.ts";
import { makeFunctionUrls } from "./function-url/function-urls.ts";
import type { ApiDescription } from "./gateway/api-description.ts";
import { makeGateway } from "./gateway/gateway.ts";
import { makeManagementApi } from "./gateway/management-api.ts";
import type { Quotas } from "./gateway/quotas.ts";
import { makeStageService } from "./gateway/upgrade-request.ts";
import { makeAccess } from "./http/access.ts";
import { BodyBudget } from "./http/body-budget.ts";
import { makeHttpServer } from "./http/http-server.ts";
import type { HttpService } from "./http/http-service.ts";
import { listen, OWN_HOST } from "./http/listen.ts";
import { showTimeToFunctions } from "./lambda/function-date.ts";
import { makeFunctions } from "./lambda/functions.ts";
import { isInvocation, makeInvokeApi } from "./lambda/invoke-api.ts";
import type { LambdaFunction } from "./lambda/lambda-function.ts";
import { makeLocalApi } from "./local-api/local-api.ts";
import type { DescribeConnection, DescribeProgram } from "./local-api/program.ts";
import { makeObserve, type Observe, type Observer } from "./observer.ts";
import type { Scheduler } from "./scheduler.ts";
import { type SecretsManagerDescription, startSecretsManager } from "./secrets-manager/secrets-manager.ts";

export type RuntimeDescription = {
  readonly api: ApiDescription;
  readonly functions: readonly LambdaFunction[];
  /** 0 for any free port. */
  readonly port: number;
  /** Where to listen besides 127.0.0.1. Beyond loopback other machines need the key, or are not admitted. */
  readonly host?: string;
  readonly hostNames?: readonly string[];
  readonly key?: string;
  /** Says if a client is of this machine. For tests: they have no second machine. */
  readonly isOwnPeer?: (socket: Socket) => boolean;
  readonly quotas: Quotas;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly eventing: EventingDescription;
  readonly secretsManager?: SecretsManagerDescription;
  readonly functionUrls?: readonly FunctionUrl[];
  readonly observer?: Observer;
  /** Adds what the application knows to `/_local/connections`. */
  readonly describeConnection?: DescribeConnection;
  /** Adds to the page at `/`. */
  readonly describeProgram?: DescribeProgram;
  readonly account: AwsAccount;
  /** Services for requests that no emulated service handles. */
  readonly services?: readonly HttpService[];
};

export type Runtime = {
  readonly port: number;
  /** The name of the stage in the API's address. */
  readonly stage: string;
  /** True while a function runs, or a message waits that a function could receive now. */
  readonly isBusy: () => boolean;
  /** Tells the observers of an event. */
  readonly observe: Observe;
  /** Closes every WebSocket with 1001 and ends within a second. */
  close(): Promise<void>;
};

const CLOSE_GRACE_MS = 300;

/** Ten of the largest bodies fit at once; the others wait. */
const INVOCATION_BODY_BYTES = 64 * 1024 * 1024;
/** The calls of functions have their own budget: they must not wait for bodies of invocations. */
const CALL_BODY_BYTES = 32 * 1024 * 1024;

/** Starts the emulator. Rejects if the port is not free. */
export async function startRuntime(description: RuntimeDescription): Promise<Runtime> {
  const { api, account, clock, faults, host = OWN_HOST } = description;
  const scheduler: Scheduler = clock;
  const access = makeAccess({ ...description, host }, description.isOwnPeer);
  const localApi = makeLocalApi(scheduler);
  const report = makeObserve(description.observer, scheduler);
  const observe: Observe = (event) => {
    localApi.observe(event);
    report(event);
  };
  faults.reportTo(observe);
  faults.onSet("clock-wrong", showTimeToFunctions);
  clock.onceShifted(showTimeToFunctions);
  const functions = makeFunctions({ ...description, scheduler, observe });
  const gateway = makeGateway({
    api,
    account,
    access,
    functions,
    quotas: description.quotas,
    scheduler,
    observe,
    faults,
  });
  const eventing = startEventing({
    description: description.eventing,
    ...{ accountId: account.accountId, region: account.region, scheduler, functions, observe, faults },
    functionsAccessKeyId: account.functionsAccessKeyId,
  });
  const secretsManager = startSecretsManager({
    description: description.secretsManager ?? { secrets: [] },
    ...{ accountId: account.accountId, region: account.region, scheduler, functions, observe, faults },
  });
  const functionUrls = makeFunctionUrls(description.functionUrls ?? [], { functions, scheduler });
  const invocationBodies = new BodyBudget(INVOCATION_BODY_BYTES, scheduler);
  const callBodies = new BodyBudget(CALL_BODY_BYTES, scheduler);
  const makeServer = () =>
    makeHttpServer({
      access,
      bodyBudget: (path) => (isInvocation(path) || functionUrls(path) ? invocationBodies : callBodies),
      publicService: functionUrls,
      services: [
        makeInvokeApi(functions, eventing.invokeAsynchronously),
        makeManagementApi({ ...gateway, stages: api.stages, faults }),
        makeStageService(api),
        ...eventing.services,
        secretsManager.service,
        ...localApi.services({ ...gateway, ...description, observe }),
        ...(description.services ?? []),
        localApi.frontPage(description, description.describeProgram),
        unemulatedServices,
      ],
      onUpgrade: gateway.upgrade,
    });
  const isBusy = () => functions.isBusy() || eventing.hasWork();
  const release = clock.waitFor(isBusy);
  async function stop(): Promise<void> {
    release();
    await atMost(CLOSE_GRACE_MS, Promise.all([eventing.stop(), secretsManager.stop()]));
  }
  const listeners = await listen(makeServer, { host, port: description.port }).catch(async (fault) => {
    await stop();
    throw fault;
  });
  return {
    port: listeners.port,
    stage: api.stages[0].name,
    isBusy,
    observe,
    async close() {
      listeners.stop();
      await Promise.all([gateway.connections.closeAll(CLOSE_GRACE_MS), stop()]);
      gateway.endHandshakes();
      listeners.closeAllConnections();
    },
  };
}

async function atMost(millis: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, new Promise((resolve) => setTimeout(resolve, millis))]);
}
