import type { HttpService } from "@portcullis/emulator";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Faults } from "../../packages/emulator/src/faults/faults.ts";
import { ManualScheduler } from "../../packages/emulator/tests/support/manual-scheduler.ts";
import {
  describeTemplate,
  localAccount,
  projectTemplate,
} from "../../packages/emulator/tests/support/project-template.ts";
import { serveHttpServices } from "../../packages/emulator/tests/support/serve-http-services.ts";
import { parseQueuedDelivery } from "../../src/adapters/sqs/events/queued-event.ts";
import { SqsDeliveryQueue } from "../../src/adapters/sqs/sqs-delivery-queue.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type { EpochMillis } from "../../src/domain/time.ts";
import { type Eventing, makeFunctions, startEventing } from "../support/emulator-parts.ts";
import { Account, type Mark } from "./account.ts";
import { makeDeliverPushes } from "./deliver-pushes.ts";
import { FatedSockets } from "./fated-sockets.ts";
import { LocalBus, PATIENT_MILLIS } from "./local-bus.ts";
import { populate } from "./population.ts";
import { EVENTS, eventOf, POSTS_BEFORE_GIVING_UP } from "./traffic.ts";

const WORK = ["EntityUpdatedQueue", "UserPushQueue", "ContinuationQueue"];
const POISONED = ["EntityUpdatedDeadLetters", "UserPushDeadLetters", "ContinuationDeadLetters"];

/** The number of events published before a wait: the queues never hold more. */
const CHUNK = 1000;
const ENTRIES = 10;
const STEP_MILLIS = 5_000;

const scheduler = new ManualScheduler();
const account = new Account();
let services: readonly HttpService[] = [];
let server: Awaited<ReturnType<typeof serveHttpServices>>;
let bus: LocalBus;
let eventing: Eventing;

beforeAll(async () => {
  server = await serveHttpServices(async (request) => {
    for (const service of services) {
      const response = await service(request);
      if (response !== undefined) return response;
    }
    return undefined;
  });
  bus = new LocalBus(server.origin);
  const urls = { continuations: bus.urlOf("ContinuationQueue"), deadLetters: bus.urlOf("Undeliverable") };
  const pushing = makeDeliverPushes({
    channel: new FatedSockets(account),
    queue: new SqsDeliveryQueue(() => bus.sqs, urls, PATIENT_MILLIS),
    scheduler,
    onDeath(deliveries) {
      for (const delivery of deliveries) account.interrupted.add(numberOf(delivery));
    },
  });
  await populate(pushing, scheduler.now() as EpochMillis);
  eventing = startEventing({
    description: ofPushesAlone(describeTemplate(projectTemplate())),
    ...{ accountId: "123456789012", region: "us-east-1", scheduler, observe: () => {}, faults: new Faults() },
    functions: makeFunctions({
      account: localAccount(),
      functions: pushing.functions,
      scheduler,
      observe: () => {},
      faults: new Faults(),
    }),
  });
  services = eventing.services;
});

/** Without the function that ends connections: none ends here. */
function ofPushesAlone({ eventSourceMappings, ...description }: ReturnType<typeof describeTemplate>) {
  const mappings = eventSourceMappings.filter(({ functionName }) => functionName === "DeliverPushes");
  return { ...description, eventSourceMappings: mappings, schedules: [] };
}

afterAll(async () => {
  await eventing.stop();
  bus.close();
  await server.close();
});

async function hiddenMessages(): Promise<number> {
  const depths = await Promise.all(WORK.map((queue) => bus.depth(queue)));
  return depths.reduce((sum, { hidden }) => sum + hidden, 0);
}

/** Runs until no queue has a visible message, while the time stands still. */
async function idle(): Promise<void> {
  for (let unchanged = 0, before = ""; unchanged < 3; ) {
    const depths = JSON.stringify(await Promise.all(WORK.map((queue) => bus.depth(queue))));
    const isVisible = /"visible":[1-9]/.test(depths);
    unchanged = !isVisible && depths === before ? unchanged + 1 : 0;
    before = depths;
  }
}

/** Moves the time until delayed messages and those of ended processes have come back, and none is left. */
async function drain(): Promise<void> {
  for (await idle(); (await hiddenMessages()) > 0; await idle()) scheduler.advance(STEP_MILLIS);
}

function numberOf({ notification }: Delivery): number {
  return Number(notification.message);
}

async function readDeadLetters(queue: string, mark: Mark): Promise<void> {
  for (const { Body = "" } of await bus.empty(queue)) {
    const delivery: Delivery = parseQueuedDelivery(Body);
    const { recipients } = eventOf(numberOf(delivery));
    const left =
      "recipients" in delivery.to ? delivery.to.recipients.map(({ connectionId }) => connectionId) : recipients;
    for (const id of left) account.enter(numberOf(delivery), id, mark);
  }
}

describe("100,000 events through bus, queues, functions and sockets", () => {
  beforeAll(async () => {
    for (let number = 0; number < EVENTS; number += ENTRIES) {
      const events = Array.from({ length: ENTRIES }, (_, index) => eventOf(number + index));
      await bus.publish(events, scheduler.now());
      if (number % CHUNK === 0) await idle();
    }
    await drain();
    for (const queue of POISONED) await readDeadLetters(queue, "poisoned");
    await readDeadLetters("Undeliverable", "givenUp");
  }, 200_000);

  it("inv:13 reach each of their recipients, or the dead letters, or find the recipient gone", () => {
    const { expected, delivered, gone, givenUp, poisoned, unexplained } = account.balance();
    expect(unexplained).toBe(0);
    expect(delivered + gone + givenUp + poisoned).toBe(expected);
  });

  it("inv:4 inv:6 reach no other connection", () => {
    expect(account.strays).toBe(0);
  });

  it("fault:J1 find only those connections gone that are gone", () => {
    const kinds = account.eventsWith("gone").map((event) => eventOf(event).fate?.kind);
    expect(kinds).toEqual(Array.from({ length: EVENTS / 100 }, () => "gone"));
  });

  it("fault:J3 are given up only after all posts that a delivery has", () => {
    const posts = account.eventsWith("givenUp").map((event) => throttledPosts(event));
    expect(posts.length).toBeGreaterThan(0);
    expect(Math.min(...posts)).toBeGreaterThanOrEqual(POSTS_BEFORE_GIVING_UP);
  });

  it("fault:2 fault:5 are repeated, or poisoned, only if a process ended", () => {
    const touched = [...account.repeated, ...account.eventsWith("poisoned")];
    expect(account.interrupted.size).toBeGreaterThanOrEqual(EVENTS / 1000);
    expect(touched.filter((event) => !account.interrupted.has(event))).toEqual([]);
  });
});

function throttledPosts(event: number): number {
  const { fate } = eventOf(event);
  return fate?.kind === "throttled" ? fate.posts : 0;
}
