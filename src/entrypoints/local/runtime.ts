import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { ApiDescription } from "./gateway/api-description.ts";
import { makeGateway } from "./gateway/gateway.ts";
import { makeManagementApi } from "./gateway/management-api.ts";
import type { Quotas } from "./gateway/quotas.ts";
import { makeStageService } from "./gateway/upgrade-request.ts";
import { makeHttpServer } from "./http/http-server.ts";
import type { HttpService } from "./http/http-service.ts";
import { type Functions, makeFunctions } from "./lambda/functions.ts";
import { makeInvokeApi } from "./lambda/invoke-api.ts";
import type { FunctionError, LambdaFunction } from "./lambda/lambda-function.ts";
import type { Scheduler } from "./scheduler.ts";

export type RuntimeDescription = {
  readonly api: ApiDescription;
  readonly functions: readonly LambdaFunction[];
  /** Zero for any that is free. */
  readonly port: number;
  readonly quotas: Quotas;
  readonly scheduler: Scheduler;
  readonly onFailure: (functionName: string, error: FunctionError) => void;
  /** Further APIs on the same port. */
  readonly services: (functions: Functions) => readonly HttpService[];
};

export type Runtime = {
  readonly port: number;
  /** Closes every WebSocket with 1001 and ends within a second. */
  close(): Promise<void>;
};

/** The loopback interface alone: what is meant for a laptop must not be reachable from its network. */
const HOST = "127.0.0.1";

const CLOSE_GRACE_MS = 300;

/** Rejects when the port cannot be had. */
export async function startRuntime(description: RuntimeDescription): Promise<Runtime> {
  const { api, scheduler } = description;
  const functions = makeFunctions(description);
  const gateway = makeGateway({ api, functions, quotas: description.quotas, scheduler });
  const server = makeHttpServer({
    services: [
      makeInvokeApi(functions),
      makeManagementApi({ ...gateway, stage: api.stage }),
      makeStageService(api.stage),
      ...description.services(functions),
    ],
    onUpgrade: gateway.upgrade,
  });
  server.listen(description.port, HOST);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.close();
      await gateway.connections.closeAll(CLOSE_GRACE_MS);
      server.closeAllConnections();
    },
  };
}
