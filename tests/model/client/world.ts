import type { ServerFrame } from "@portcullis/protocol";
import type { ManagementApi, Payload } from "../../../src/adapters/api-gateway-management/management-api.ts";
import { ManagementApiEnder } from "../../../src/adapters/api-gateway-management/management-api-ender.ts";
import { grantsId } from "../../../src/adapters/grants-id.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import type { VerifyToken } from "../../../src/application/access/verify-token.ts";
import { makeRenewConnection } from "../../../src/application/connections/renew-connection.ts";
import { makeReviewConnections } from "../../../src/application/endings/review-connections.ts";
import { DependencyUnavailableError } from "../../../src/application/errors.ts";
import type { AccessPolicy } from "../../../src/application/ports/access-policy.ts";
import type { ConnectionEnder } from "../../../src/application/ports/connection-ender.ts";
import type { SubscriptionReviews } from "../../../src/application/ports/subscription-reviews.ts";
import type { SubscriptionStore } from "../../../src/application/ports/subscription-store.ts";
import { makeGrantedAccess } from "../../../src/application/subscriptions/granted-access.ts";
import { makeSubscribe, makeUnsubscribe } from "../../../src/application/subscriptions/subscribe.ts";
import type { ConnectionId } from "../../../src/domain/connection/connection.ts";
import type { ReviewOrder } from "../../../src/domain/connection/ending-order.ts";
import type { AccessDecision } from "../../../src/domain/grants/access-decision.ts";
import type { AccessChange } from "../../../src/domain/grants/access-list.ts";
import type { EntityPattern, Grants } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import type { EpochMillis, EpochSeconds } from "../../../src/domain/time.ts";
import { authenticateHandler } from "../../../src/entrypoints/lambda/handlers/authenticate.ts";
import { resumeHandler } from "../../../src/entrypoints/lambda/handlers/resume.ts";
import { subscribeHandler } from "../../../src/entrypoints/lambda/handlers/subscribe.ts";
import { unsubscribeHandler } from "../../../src/entrypoints/lambda/handlers/unsubscribe.ts";
import { FixedClock } from "../../fakes/fixed-clock.ts";
import { STANDING_TIMER } from "../../fakes/standing-timer.ts";
import { aConnection } from "../../support/a-connection.ts";
import { AUTHORIZER_CONTEXT, CONNECTED_AT, messageEvent } from "../../support/gateway-events.ts";
import { lambdaContext } from "../../support/lambda-context.ts";
import { ENTITY } from "./client.ts";
import type { WorldStores } from "./stores.ts";

export const CONNECTION = "gbgHYy9RVQAYKEj2kA==" as ConnectionId;
const USER = AUTHORIZER_CONTEXT.userId as UserId;
const START = (CONNECTED_AT / 1000) as EpochSeconds;
const PATTERN = ENTITY as string as EntityPattern;
const GRANTED: Grants = [{ verb: "subscribe", pattern: PATTERN }];

/** Who lets the user follow the entity at first. The token's end and grants stand in the text of a renewal. */
export type Grantor = "token" | "administrator";

export const TOKENS: Readonly<Record<string, Grants>> = { more: GRANTED, less: [] };

/**
 * One step of the server.
 * - `act`: a request begins to take effect; one that asks the policy waits behind its decision.
 * - `go on`: what waits behind a decision ends, or decides again.
 * - `review`: a review begins. What happens to its frame stands in the step that ends it.
 */
export type ServerStep =
  | { readonly kind: "act"; readonly text: string }
  | { readonly kind: "go on"; readonly name: string; readonly fault: "none" | "post fails" | "crash behind the post" }
  | { readonly kind: "withdrawal" | "grant" | "review" };

export const REVIEW = "review";

/** What a step made: frames on their way, and reviews that are due. */
export type Effects = { readonly frames: readonly string[]; readonly reviewsDue: number };

/** What is waiting behind a decision. */
type Waiting = { readonly decisions: readonly (AccessDecision | undefined)[]; readonly revision: number };

type Operation = {
  waiting?: Waiting | undefined;
  goOn: () => void;
  paused: Promise<void>;
  readonly done: Promise<void>;
};

/** The parts that a mutant may replace. */
export type ServerParts = {
  readonly record: WorldStores["record"];
  readonly subscriptions: SubscriptionStore;
  readonly reviews: SubscriptionReviews;
  readonly ender: Pick<ConnectionEnder, "prepareEnded">;
  /** Decides at once: no step of another operation comes between. */
  readonly policy: AccessPolicy;
  /** What a mutant remembers. */
  readonly memory?: () => unknown;
};

export type ServerMutation = (parts: ServerParts) => Partial<ServerParts>;

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };
const CONTEXT = lambdaContext(600_000);
const LIMITS = { entities: 100, entitiesPerFrame: 250, frameBytes: 32_768, pingAfter: 240 };

/** The handlers, use cases and stores of one connection, which go on one step at a time. */
export class World {
  readonly #clock = new FixedClock(CONNECTED_AT);
  readonly #stores: WorldStores;
  readonly #parts: ServerParts;
  readonly #operations = new Map<string, Operation>();
  #frames: string[] = [];
  #reviewsDue = 0;
  #changes = 0;
  #lastChange: AccessChange | undefined;
  #fault: Extract<ServerStep, { kind: "go on" }>["fault"] = "none";
  #isAbandoned = false;

  private constructor(stores: WorldStores, mutation: ServerMutation) {
    this.#stores = stores;
    const { administered, subscriptions, reviews, record } = stores;
    const parts: ServerParts = {
      ...{ subscriptions, reviews, record },
      ender: new ManagementApiEnder(this.#gateway()),
      policy: makeGrantedAccess({ defaultGrants: [], administered, clock: this.#clock }),
    };
    this.#parts = { ...parts, ...mutation(parts) };
  }

  static async open(grantor: Grantor, stores: WorldStores, mutation: ServerMutation): Promise<World> {
    const world = new World(stores, mutation);
    const grants = grantor === "token" ? GRANTED : [];
    const granted = grantsId(grants);
    const expiresAt = (START + 600) as EpochSeconds;
    // Nothing in it is random: worlds with the same path are alike.
    const token = { issuer: issuerId("portcullis"), expiresAt, ...(granted && { grants: granted }) };
    const facts = { id: CONNECTION, userId: USER, connectedAt: CONNECTED_AT as EpochMillis, expiresAt, token };
    await stores.connections.open({ ...aConnection(facts), identity: { userId: USER } }, grants);
    if (grantor === "administrator") await world.#change("grant");
    return world;
  }

  async perform(step: ServerStep): Promise<Effects> {
    this.#frames = [];
    this.#reviewsDue = 0;
    switch (step.kind) {
      case "act":
        await this.#start(step.text, (policy) => this.#answer(step.text, policy));
        break;
      case "review":
        await this.#start(REVIEW, (policy) => this.#review(policy));
        break;
      case "go on":
        this.#fault = step.fault;
        await this.#goOn(step.name);
        this.#fault = "none";
        break;
      default:
        await this.#change(step.kind);
        this.#reviewsDue += 1;
    }
    return { frames: [...this.#frames], reviewsDue: this.#reviewsDue };
  }

  /** The state on which every later step depends. Revisions are only compared with each other. */
  async signature(): Promise<string> {
    const { revision, contents } = await this.#look();
    const waiting = [...this.#operations].map(([name, one]) => [
      ...[name, one.waiting?.decisions.map((decision) => decision?.kind)],
      one.waiting?.revision === revision,
    ]);
    return JSON.stringify([contents, await this.isHeard(), waiting.toSorted(), this.#parts.memory?.()]);
  }

  /** True if a push would be delivered now. */
  async isHeard(): Promise<boolean> {
    const { items } = await this.#stores.subscriptions.subscribersOf(ENTITY as EntityId, START);
    return items.length > 0;
  }

  async isAllowed(): Promise<boolean> {
    const { grants } = await this.#look();
    const [decision] = await this.#parts.policy.decide({ userId: USER, grants }, [ENTITY as EntityId]);
    return decision?.kind === "allowed";
  }

  /** The review, and the texts of the requests, that wait behind a decision. */
  get waiting(): readonly string[] {
    return [...this.#operations.keys()];
  }

  /** Lets everything end, so that no timer is left. */
  async abandon(): Promise<void> {
    this.#isAbandoned = true;
    const operations = [...this.#operations.values()];
    for (const { goOn } of operations) goOn();
    await Promise.all(operations.map(({ done }) => done));
  }

  async #start(name: string, run: (policy: AccessPolicy) => Promise<unknown>): Promise<void> {
    let pause = () => {};
    const nextPause = () =>
      new Promise<void>((resolve) => {
        pause = resolve;
      });
    const paused = nextPause();
    const policy: AccessPolicy = {
      decide: async (requester, entityIds) => {
        const decisions = await this.#parts.policy.decide(requester, entityIds);
        if (this.#isAbandoned) return decisions;
        const { revision } = await this.#look();
        await new Promise<void>((resolve) => {
          operation.waiting = { decisions, revision };
          operation.goOn = () => {
            operation.paused = nextPause();
            resolve();
          };
          pause();
        });
        return decisions;
      },
    };
    const operation: Operation = { paused, goOn: () => {}, done: Promise.resolve() };
    this.#operations.set(name, operation);
    const done = run(policy).then(() => void this.#operations.delete(name));
    Object.assign(operation, { done });
    await Promise.race([operation.paused, done]);
  }

  async #goOn(name: string): Promise<void> {
    const operation = this.#operations.get(name);
    if (operation === undefined) throw new Error(`nothing waits as ${name}`);
    operation.goOn();
    await Promise.race([operation.paused, operation.done]);
  }

  async #answer(text: string, policy: AccessPolicy): Promise<void> {
    const event = messageEvent(text, { connectionId: CONNECTION });
    const response = await this.#handlerOf(text, policy)(event, CONTEXT);
    if (response.body === undefined) throw new Error(`no answer to ${text}`);
    this.#frames.push(withoutMoments(response.body));
  }

  #handlerOf(text: string, policy: AccessPolicy) {
    const { subscriptions } = this.#parts;
    const deps = { subscriptions, policy, clock: this.#clock, ids: { next: () => "d1" }, limit: 100 };
    const logger = SILENT;
    const { action } = JSON.parse(text);
    if (action === "resume") return resumeHandler({ subscribe: makeSubscribe(deps), limits: LIMITS, logger });
    if (action === "subscribe") return subscribeHandler({ subscribe: makeSubscribe(deps), logger });
    if (action === "unsubscribe") return unsubscribeHandler({ unsubscribe: makeUnsubscribe(deps), logger });
    return authenticateHandler({
      renew: makeRenewConnection({
        verifyToken,
        renewals: this.#stores.renewals,
        revocations: new MemoryRevocationList(),
        tasks: {
          defer: async (tasks) => {
            this.#reviewsDue += tasks.length;
          },
        },
        issuerIds: issuerId,
        grantsIds: grantsId,
        clock: this.#clock,
      }),
      logger,
    });
  }

  async #review(policy: AccessPolicy): Promise<void> {
    const { reviews, ender } = this.#parts;
    const change = this.#lastChange;
    const order: ReviewOrder = change
      ? { kind: "access", eventId: "e1", orderedAt: change.at, change }
      : { kind: "review" };
    const review = makeReviewConnections({
      reviews: {
        review: reviews.review.bind(reviews),
        forgetUntold: async (id, told) => {
          if (this.#fault === "crash behind the post") throw new DependencyUnavailableError("SUBSCRIPTION_STORE");
          await reviews.forgetUntold(id, told);
        },
      },
      policy,
      ender,
      ids: { next: () => "d1" },
      logger: SILENT,
      clock: this.#clock,
      timer: STANDING_TIMER,
      backoff: { pause: async () => {} },
      pace: async () => {},
      concurrency: 1,
    });
    const { left } = await review({ ids: [CONNECTION], order, deadline: CONNECTED_AT as EpochMillis });
    this.#reviewsDue += left.length;
  }

  async #change(kind: AccessChange["kind"]): Promise<void> {
    this.#changes += 1;
    const at = (START + this.#changes) as EpochSeconds;
    this.#lastChange = { kind, verb: "subscribe", pattern: PATTERN, userId: USER, at };
    await this.#stores.administered.record(this.#lastChange);
  }

  #look() {
    return this.#stores.look(CONNECTION, USER);
  }

  /** The gateway's API, of which only posts are asked. */
  #gateway(): ManagementApi {
    const post = async (_id: ConnectionId, { body }: Payload) => {
      if (this.#fault === "post fails") return "failed";
      this.#frames.push(body.toString());
      return "delivered";
    };
    return { post } as Partial<ManagementApi> as ManagementApi;
  }
}

/** Answers without what tells the time, the gateway or people: frames that differ in nothing else are one. */
function withoutMoments(text: string): string {
  const {
    now: _,
    expiresAt: __,
    closesAt: ___,
    limits: ____,
    requestId: _____,
    message: ______,
    ...frame
  } = JSON.parse(text);
  return JSON.stringify(frame satisfies Partial<ServerFrame>);
}

/** A token of these tests is the name of its grants and the number of its end. */
const verifyToken: VerifyToken = async (text) => {
  const [name = "", end] = text.split(".");
  const token = { issuer: "portcullis", expiresAt: (START + 600 + Number(end)) as EpochSeconds };
  return { kind: "accepted", identity: { userId: USER }, token, grants: TOKENS[name] ?? [] };
};
