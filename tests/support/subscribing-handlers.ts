import { MemoryAdministeredAccess } from "../../src/adapters/in-memory/memory-administered-access.ts";
import { MemoryConnectionStore } from "../../src/adapters/in-memory/memory-connection-store.ts";
import { MemorySubscriptionStore } from "../../src/adapters/in-memory/memory-subscription-store.ts";
import type { AccessPolicy } from "../../src/application/ports/access-policy.ts";
import { makeGrantedAccess } from "../../src/application/subscriptions/granted-access.ts";
import { makeSubscribe, makeUnsubscribe } from "../../src/application/subscriptions/subscribe.ts";
import type { DefaultGrants } from "../../src/domain/grants/default-grants.ts";
import { type EntityPattern, type Grants, grantText } from "../../src/domain/grants/grant.ts";
import type { UserId } from "../../src/domain/identity/identity.ts";
import type { EntityId } from "../../src/domain/subscription/subscription.ts";
import { type EpochSeconds, toEpochSeconds } from "../../src/domain/time.ts";
import { connectHandler } from "../../src/entrypoints/lambda/handlers/connect.ts";
import { resumeHandler } from "../../src/entrypoints/lambda/handlers/resume.ts";
import { subscribeHandler } from "../../src/entrypoints/lambda/handlers/subscribe.ts";
import { unsubscribeHandler } from "../../src/entrypoints/lambda/handlers/unsubscribe.ts";
import { FixedClock } from "../fakes/fixed-clock.ts";
import { RecordingLogger } from "../fakes/recording-logger.ts";
import { AUTHORIZER_CONTEXT, CONNECTED_AT, connectEvent, messageEvent } from "./gateway-events.ts";
import { lambdaContext } from "./lambda-context.ts";
import { openConnectionOver } from "./open-connection.ts";

/** The limits of the template. */
export const LIMITS = { entities: 100, entitiesPerFrame: 250, frameBytes: 32_768, pingAfter: 240 };

const EVERYTHING: DefaultGrants = [{ verb: "subscribe", pattern: "*" as EntityPattern }];

/** Handlers of clients' requests about entities, over the product's policy and stores in memory. */
export function subscribingHandlers(
  options: {
    readonly defaultGrants?: DefaultGrants;
    readonly policy?: AccessPolicy;
    readonly limit?: number;
    /** When the connection is opened. */
    readonly connectedAt?: number;
  } = {},
) {
  const { defaultGrants = EVERYTHING, limit = LIMITS.entities, connectedAt = CONNECTED_AT } = options;
  const clock = new FixedClock(connectedAt);
  const connections = new MemoryConnectionStore();
  const subscriptions = new MemorySubscriptionStore(connections);
  const administered = new MemoryAdministeredAccess();
  const logger = new RecordingLogger();
  let decisions = 0;
  const ids = { next: () => `decision-${++decisions}` };
  const policy = options.policy ?? makeGrantedAccess({ defaultGrants, administered, clock });
  const subscribe = makeSubscribe({ policy, subscriptions, clock, ids, limit });
  const routes = {
    subscribe: subscribeHandler({ subscribe, logger }),
    unsubscribe: unsubscribeHandler({ unsubscribe: makeUnsubscribe({ subscriptions, clock }), logger }),
    resume: resumeHandler({ subscribe, limits: { ...LIMITS, entities: limit }, logger }),
  };
  /** The text of the frame that answers a message. */
  const textOf = async (action: keyof typeof routes, body: string, overrides = {}, remainingMillis = 10_000) => {
    const answer = await routes[action](messageEvent(body, overrides), lambdaContext(remainingMillis));
    return answer.body ?? "";
  };
  const send = async (action: keyof typeof routes, members: object, overrides = {}) =>
    JSON.parse(await textOf(action, JSON.stringify({ action, ...members }), overrides));
  return {
    ...{ clock, connections, subscriptions, administered, logger, textOf, send },
    /** The handshake of a token with these grants, as the authorizer passes them on. */
    connect: (grants: Grants = [], authorizer: object = {}) => {
      const granted = grants.length > 0 ? { grants: JSON.stringify(grants.map(grantText)) } : {};
      const open = openConnectionOver({ connections, clock });
      const context = { ...AUTHORIZER_CONTEXT, ...granted, ...authorizer };
      return connectHandler({ open, logger: new RecordingLogger() })(
        connectEvent({}, { authorizer: context, connectedAt }),
        lambdaContext(),
      );
    },
    subscribe: (entityId: unknown, more = {}, overrides = {}) => send("subscribe", { entityId, ...more }, overrides),
    unsubscribe: (entityId: unknown, more = {}, overrides = {}) =>
      send("unsubscribe", { entityId, ...more }, overrides),
    resume: (entityIds: unknown, more = {}, overrides = {}) =>
      send("resume", { entityIds, id: "1", ...more }, overrides),
    subscribersOf: async (entityId: string) =>
      (await subscriptions.subscribersOf(entityId as EntityId, toEpochSeconds(clock.now()))).items,
    administrator: (kind: "grant" | "withdrawal", pattern: string, at = toEpochSeconds(clock.now()), until?: number) =>
      administered.record({
        ...{ kind, userId: "ann" as UserId, verb: "subscribe", pattern: pattern as EntityPattern, at },
        ...(until !== undefined && { until: until as EpochSeconds }),
      }),
  };
}
