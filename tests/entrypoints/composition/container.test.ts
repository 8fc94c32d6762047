import { Container } from "inversify";
import { describe, expect, it, vi } from "vitest";
import { JoseTokenSigner } from "../../../src/adapters/jose/jose-token-signer.ts";
import type { SigningSecrets } from "../../../src/application/ports/signing-secrets.ts";
import type { EpochMillis } from "../../../src/domain/time.ts";
import { composeWith, resolve } from "../../../src/entrypoints/composition/container.ts";
import { defineModule, type Module, type Provide } from "../../../src/entrypoints/composition/module.ts";
import { access } from "../../../src/entrypoints/composition/modules/access.ts";
import { administration } from "../../../src/entrypoints/composition/modules/administration.ts";
import { authorization } from "../../../src/entrypoints/composition/modules/authorization.ts";
import { checking } from "../../../src/entrypoints/composition/modules/checking.ts";
import { connections } from "../../../src/entrypoints/composition/modules/connections.ts";
import { delivery } from "../../../src/entrypoints/composition/modules/delivery.ts";
import { deferredTasks, endingTasks } from "../../../src/entrypoints/composition/modules/ending-tasks.ts";
import { gateway } from "../../../src/entrypoints/composition/modules/gateway.ts";
import { opening } from "../../../src/entrypoints/composition/modules/opening.ts";
import { platform } from "../../../src/entrypoints/composition/modules/platform.ts";
import { renewing } from "../../../src/entrypoints/composition/modules/renewing.ts";
import { rotation } from "../../../src/entrypoints/composition/modules/rotation.ts";
import { signingSecrets as localSecrets } from "../../../src/entrypoints/composition/modules/signing-secrets/local.ts";
import { signingSecrets as managedSecrets } from "../../../src/entrypoints/composition/modules/signing-secrets/secrets-manager.ts";
import * as dynamodb from "../../../src/entrypoints/composition/modules/stores/dynamodb.ts";
import * as memory from "../../../src/entrypoints/composition/modules/stores/in-memory.ts";
import {
  connectionLimits,
  subscribing,
  unsubscribing,
} from "../../../src/entrypoints/composition/modules/subscriptions.ts";
import { testTokens } from "../../../src/entrypoints/composition/modules/test-tokens.ts";
import { services } from "../../../src/entrypoints/composition/services.ts";
import { ConfigurationError } from "../../../src/entrypoints/composition/settings.ts";
import { aConnection } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";
import { EVERY_SETTING } from "../../support/settings.ts";

/** All modules, with the adapters for Lambda or for `npm start`. */
const modulesOver = (
  { stores, renewals, endings, revocations, reviews, administeredAccess }: typeof memory,
  signingSecrets: Module,
) => [
  ...[platform, signingSecrets, authorization, testTokens],
  ...[stores, renewals, endings, revocations, reviews, administeredAccess],
  ...[checking, connections, opening, renewing, access, subscribing, unsubscribing, connectionLimits],
  ...[gateway, delivery, deferredTasks, endingTasks, administration, rotation],
];
const MODULES = modulesOver(memory, localSecrets);

function composed(modules: readonly Module[], environment = EVERY_SETTING): Container {
  return composeWith(environment, new Container({ defaultScope: "Singleton" }), new Set(), modules);
}

describe("the composition root", () => {
  it("can make every service", () => {
    const container = composed(MODULES);
    for (const id of Object.values(services)) expect(container.get(id)).toBeDefined();
  });

  it("can make every service over AWS too, without a call", () => {
    const aws = {
      STORE: "dynamodb",
      TABLE_NAME: "table",
      GSI1_NAME: "GSI1",
      SECRETS: "secrets-manager",
    };
    const container = composed(modulesOver(dynamodb, managedSecrets), { ...EVERY_SETTING, ...aws });
    for (const id of Object.values(services)) expect(container.get(id)).toBeDefined();
  });

  it.each(["debug", "Debug", "DEBUG", ""])("accepts %j as a log level", (level) => {
    expect(() => composed([platform], { ...EVERY_SETTING, LOG_LEVEL: level } as never)).not.toThrow();
  });

  it("fault:K13 refuses an unknown log level", () => {
    const problem = "LOG_LEVEL must be one of DEBUG, INFO, WARN, ERROR";
    expect(() => composed([platform], { ...EVERY_SETTING, LOG_LEVEL: "verbose" } as never)).toThrow(problem);
  });

  it.each([
    ["STORE must be dynamodb", dynamodb.stores, { STORE: "memory", TABLE_NAME: "table", GSI1_NAME: "GSI1" }],
    ["STORE must be memory", memory.stores, { STORE: "dynamodb" }],
    ["SECRETS must be secrets-manager", managedSecrets, { SECRETS: "local" }],
    ["SECRETS must be one of local, secrets-manager", localSecrets, { SECRETS: "parameter-store" }],
  ])("fault:K13 refuses to start if the settings name another adapter: %s", (problem, module, environment) => {
    expect(() => composed([module], { ...EVERY_SETTING, ...environment })).toThrow(`Configuration: ${problem}`);
  });

  it("attack:H2 keeps a policy to its two seconds, also one that a deployer has put in", async () => {
    vi.useFakeTimers();
    try {
      const hanging = defineModule({
        services: (provide) =>
          provide(services.accessPolicy, {}, () => ({ decide: () => new Promise(() => undefined) })),
      });
      const container = composed([platform, memory.stores, hanging, subscribing]);
      const connection = aConnection({ connectedAt: Date.now() as EpochMillis });
      await resolve(container, services.connectionStore).open(connection, []);
      const { id: connectionId, identity } = connection;
      const request = { connectionId, userId: identity.userId, entityIds: [anEntityId()] };
      const asking = resolve(container, services.subscribe)(request);
      const settled = Promise.allSettled([asking]);
      await vi.advanceTimersByTimeAsync(2000);
      expect(await settled).toMatchObject([{ status: "rejected", reason: { dependency: "ACCESS_POLICY" } }]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("makes each service once", () => {
    const container = composed(MODULES);
    expect(resolve(container, services.clock)).toBe(resolve(container, services.clock));
  });

  it("makes a service when it is first needed, and not while its module loads", () => {
    let made = 0;
    const counting = defineModule({
      settings: (settings) => settings.text("TOKEN_ISSUER"),
      services: (provide, issuer) => {
        provide(services.uniqueIds, {}, () => ({ next: () => `${issuer} ${++made}` }));
      },
    });
    const container = composed([counting]);
    expect(made).toBe(0);
    expect(resolve(container, services.uniqueIds)).toBe(resolve(container, services.uniqueIds));
  });

  it("loads a module once, so that handlers in one process share its services", () => {
    const container = new Container({ defaultScope: "Singleton" });
    const loaded = new Set<Module>();
    composeWith(EVERY_SETTING, container, loaded, [platform]);
    const clock = resolve(container, services.clock);
    composeWith(EVERY_SETTING, container, loaded, [platform, connections]);
    expect(resolve(container, services.clock)).toBe(clock);
  });

  it("fault:K13 names every wrong setting of all modules in one error, and binds nothing", () => {
    const container = new Container({ defaultScope: "Singleton" });
    const compose = () => composeWith({ TOKEN_ISSUER: "us" }, container, new Set(), MODULES);
    expect(compose).toThrow(ConfigurationError);
    expect(compose).toThrow(/SECRETS.*JWT_SECRET.*TOKEN_AUDIENCE.*QUERY_TOKEN.*ALLOWED_ORIGINS.*STORE/);
    expect(container.isBound(services.clock)).toBe(false);
  });

  it.each(["", "ws.example.com", "http://ws.example.com", "https://user:secret@ws.example.com"])(
    "posts only to a bare https address, not to %j",
    (endpoint) => {
      const compose = () => composed(MODULES, { ...EVERY_SETTING, CONNECTIONS_ENDPOINT: endpoint });
      expect(compose).toThrow("Configuration: CONNECTIONS_ENDPOINT must be a bare https address");
    },
  );

  it("does not compile with dependencies that are swapped, missing, unknown or of another type", () => {
    const provide: Provide = () => {};
    // @ts-expect-error a dependency is missing
    provide(services.tokenSigner, {}, ({ secrets }: { secrets: SigningSecrets }) => new JoseTokenSigner(secrets));
    // @ts-expect-error a dependency has another name
    provide(services.tokenSigner, { keys: services.signingSecrets }, ({ secrets }) => new JoseTokenSigner(secrets));
    // @ts-expect-error what is made has another type
    provide(services.clock, {}, () => 7);
    // @ts-expect-error the dependency has another type
    provide(services.tokenSigner, { secrets: services.clock }, ({ secrets }) => new JoseTokenSigner(secrets));
    // Positive control: without a mistake it does compile.
    provide(services.tokenSigner, { secrets: services.signingSecrets }, ({ secrets }) => new JoseTokenSigner(secrets));
    expect(provide).toBeTypeOf("function");
  });
});
