import { parseConnectionsEndpoint } from "../../../adapters/api-gateway-management/connections-endpoint.ts";
import { ManagementApi } from "../../../adapters/api-gateway-management/management-api.ts";
import type { AwsCredentials } from "../../../adapters/api-gateway-management/sigv4-signer.ts";
import { JitteredBackoff, SystemTimer } from "../../../adapters/system/system.ts";
import { Secret } from "../../../domain/secret.ts";
import { defineModule } from "../module.ts";
import { serviceId, services } from "../services.ts";
import type { Settings } from "../settings.ts";

/**
 * More requests gain little on one core. The account's 10,000 requests a second are shared by everything that runs in
 * it.
 */
export const REQUESTS_AT_ONCE = 50;

export const managementApi = serviceId<ManagementApi>("ManagementApi");

/** The way to open connections: API Gateway's management API, and the waits between requests. */
export const gateway = defineModule({
  settings: (settings) => ({
    endpoint: settings.parsed("CONNECTIONS_ENDPOINT", parseConnectionsEndpoint, "must be a bare https address"),
    region: settings.text("AWS_REGION"),
    credentials: credentialsOf(settings),
    socketsKept: REQUESTS_AT_ONCE,
  }),
  services: (provide, options) => {
    provide(managementApi, { clock: services.clock }, ({ clock }) => new ManagementApi({ ...options, clock }));
    provide(services.backoff, {}, () => new JitteredBackoff());
    provide(services.timer, {}, () => new SystemTimer());
  },
  prime: (get) => get(managementApi).prime(),
});

/** Lambda sets its role's credentials in the environment; they outlive the process. */
function credentialsOf(settings: Settings): AwsCredentials {
  const sessionToken = settings.optionalText("AWS_SESSION_TOKEN");
  return {
    accessKeyId: settings.text("AWS_ACCESS_KEY_ID"),
    secretAccessKey: new Secret(settings.text("AWS_SECRET_ACCESS_KEY")),
    ...(sessionToken !== undefined && { sessionToken: new Secret(sessionToken) }),
  };
}
