import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { issuerId } from "../../../src/adapters/issuer-id.ts";
import { encodeEndingTask } from "../../../src/adapters/sqs/ending-body.ts";
import { parseQueuedEnding } from "../../../src/adapters/sqs/events/queued-ending.ts";
import { type MalformedInputCode, MalformedInputError } from "../../../src/domain/errors.ts";
import { ENDING_TASKS } from "../../support/ending-tasks.ts";
import { NOON } from "../../support/notifications.ts";
import { adminEvent, entityUpdated } from "../../support/queued-messages.ts";

const NOON_SECONDS = NOON / 1000;
const EVENT_ID = entityUpdated({})["id"];
const ORDERED = { eventId: EVENT_ID, orderedAt: NOON_SECONDS };

const parse = (body: unknown) => parseQueuedEnding(typeof body === "string" ? body : JSON.stringify(body));
const orderOf = (body: unknown) => parse(body).task.order;

describe("an administrator's event", () => {
  it.each<[string, object, object]>([
    ["a user's tokens up to now", { userId: "kc:ann" }, { kind: "user", userId: "kc:ann", issuedBefore: NOON_SECONDS }],
    [
      "a user's tokens up to a time",
      { userId: "ann", issuedBefore: NOON_SECONDS + 60 },
      { kind: "user", userId: "ann", issuedBefore: NOON_SECONDS + 60 },
    ],
    ["one token", { userId: "ann", jti: "j-1" }, { kind: "token", userId: "ann", tokenId: "j-1" }],
    [
      "an issuer's tokens",
      { issuer: "https://id.example.com" },
      { kind: "issuer", issuer: issuerId("https://id.example.com"), issuedBefore: NOON_SECONDS },
    ],
  ])("revokes %s", (_what, detail, revocation) => {
    expect(parse(adminEvent("Revoke Tokens", { ...detail, reason: "stolen" })).task).toEqual({
      order: { kind: "revocation", ...ORDERED, revocation, reason: "stolen" },
      part: { kind: "event" },
      cut: 0,
      attempt: 0,
    });
  });

  it("disconnects a user, for good unless it says otherwise", () => {
    const order = { kind: "disconnection", ...ORDERED, userId: "ann", reconnect: false };
    expect(orderOf(adminEvent("Disconnect User", { userId: "ann" }))).toEqual(order);
    const detail = { userId: "ann", reconnect: true, exceptConnectionId: "L0SM9cOFvHcCIhw=", reason: "moved" };
    expect(orderOf(adminEvent("Disconnect User", detail))).toEqual({ ...order, ...detail });
  });

  it.each([
    ["Revoke Tokens", { userId: "ann" }, { userId: "ann", issuedBefore: NOON_SECONDS }],
    ["Revoke Tokens", { userId: "ann", jti: "j-1", reason: "r" }, { userId: "ann", tokenId: "j-1", statedReason: "r" }],
    ["Revoke Tokens", { issuer: "https://id" }, { issuer: "https://id", issuedBefore: NOON_SECONDS }],
    ["Disconnect User", { userId: "ann" }, { userId: "ann" }],
  ] as const)("%s %j is in the log as its sender spelled it", (detailType, detail, fields) => {
    expect(parse(adminEvent(detailType, detail)).fields).toEqual({ detailType, eventId: EVENT_ID, ...fields });
  });

  it("is never too old", () => {
    const body = adminEvent("Disconnect User", { userId: "ann" }, { time: "2020-01-01T00:00:00Z" });
    expect(orderOf(body)).toMatchObject({ orderedAt: Date.UTC(2020, 0) / 1000 });
  });

  it.each<[string, object]>([
    ["neither user nor issuer", {}],
    ["user and issuer", { userId: "ann", issuer: "https://id" }],
    ["a token without its user", { jti: "j-1" }],
    ["a token of an issuer", { jti: "j-1", issuer: "https://id" }],
    ["a token and a time", { userId: "ann", jti: "j-1", issuedBefore: 1 }],
    ["a time more than a minute ahead", { userId: "ann", issuedBefore: NOON_SECONDS + 61 }],
    ["a time in milliseconds", { userId: "ann", issuedBefore: NOON }],
    ["a time with a fraction", { userId: "ann", issuedBefore: 1.5 }],
    ["a time below zero", { issuer: "https://id", issuedBefore: -1 }],
    ["a time as text", { userId: "ann", issuedBefore: String(NOON_SECONDS) }],
    ["an empty issuer", { issuer: "" }],
    ["attack:E6 a user id with a line break", { userId: "ann\n" }],
    ["a token id of 129 bytes", { userId: "ann", jti: "j".repeat(129) }],
    ["a misspelt member, which would revoke more than was meant", { userId: "ann", issuedbefore: 1 }],
    ["a reason of 257 characters", { userId: "ann", reason: "r".repeat(257) }],
    ["a reason with a line break", { userId: "ann", reason: "a\nb" }],
    ["attack:E13 an inherited user", JSON.parse('{"__proto__":{"userId":"ann"}}') as object],
  ])("attack:I1 to revoke tokens is malformed with %s", (_what, detail) => {
    expect(() => parse(adminEvent("Revoke Tokens", detail))).toThrow(new MalformedInputError("MALFORMED_DETAIL"));
  });

  it.each<[string, unknown]>([
    ["no user", {}],
    ["no detail", undefined],
    ["a detail that is text", "ann"],
    ["attack:E12 no connection id", { userId: "ann", exceptConnectionId: "a b" }],
    ["a reconnect that is text", { userId: "ann", reconnect: "false" }],
    ["another member", { userId: "ann", jti: "j" }],
  ])("attack:I1 to disconnect a user is malformed with %s", (_what, detail) => {
    expect(() => parse(adminEvent("Disconnect User", detail))).toThrow(new MalformedInputError("MALFORMED_DETAIL"));
  });

  it.each<[string, unknown]>([
    ["no JSON", "Revoke Tokens"],
    ["null", "null"],
    ["a push", entityUpdated({ entityId: "e" })],
    ["a delivery", { schema: "portcullis/delivery/1", kind: "user-push" }],
    ["no time", adminEvent("Disconnect User", { userId: "ann" }, { time: undefined })],
    ["nesting of 200,000 levels", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
  ])("attack:I5 is no such event: %s", (_what, body) => {
    expect(() => parse(body)).toThrow(new MalformedInputError("MALFORMED_EVENT"));
  });
});

describe("a task", () => {
  it.each(ENDING_TASKS)("that ends %s is parsed as it was encoded", (_what, task) => {
    expect(parse(encodeEndingTask(task)).task).toEqual(task);
  });

  const encoded = ENDING_TASKS.map(([, task]) => JSON.parse(encodeEndingTask(task)) as Record<string, never>);
  const [slot, , named, , ofUser, ofToken, ofIssuer] = encoded as [never, never, never, never, never, never, never];
  const with_ = (body: object, changes: Record<string, object | number | undefined>) => {
    const changed = Object.entries(changes).map(([name, change]) => {
      const whole = (body as Record<string, unknown>)[name];
      return [name, typeof change === "object" ? { ...(whole as object), ...change } : change];
    });
    return { ...body, ...Object.fromEntries(changed) };
  };

  it.each<[string, object]>([
    ["a user's part of an expiry", with_(slot, { part: { kind: "user", from: undefined, until: undefined } })],
    ["an event of an expiry", { ...(slot as object), part: { kind: "event" } }],
    ["all slots of a user", { ...(ofUser as object), part: (slot as { part: object }).part }],
    ["an issuer of a user", { ...(ofUser as object), part: { kind: "issuer" } }],
    ["another part", with_(slot, { part: { kind: "all" } })],
    ["no part", with_(slot, { part: undefined })],
    ["another order", with_(slot, { order: { kind: "all" } })],
    ["more members", with_(slot, { more: 1 })],
    ["more members in its order", with_(slot, { order: { more: 1 } })],
    ["more members in its part", with_(slot, { part: { more: 1 } })],
    ["a slot that is none", with_(slot, { part: { from: NOON_SECONDS + 1 } })],
    ["a slot in milliseconds", with_(slot, { part: { from: NOON } })],
    ["an end with a fraction", with_(slot, { part: { until: NOON_SECONDS + 0.5 } })],
    ["a page that is no text", with_(slot, { part: { page: 1 } })],
    ["a cut below zero", with_(slot, { cut: -1 })],
    ["an attempt with a fraction", with_(slot, { attempt: 0.5 })],
    ["an interruption that was none", with_(slot, { wasInterrupted: 0 })],
    ["no attempt", with_(slot, { attempt: undefined })],
    ["101 names", with_(named, { part: { ids: Array.from({ length: 101 }, () => "c1") } })],
    ["a name that is no id", with_(named, { part: { ids: ["a b"] } })],
    ["names that are no list", with_(named, { part: { ids: "c1" } })],
    ["no word about reconnecting", with_(named, { order: { reconnect: undefined } })],
    ["a reason with a line break", with_(named, { order: { reason: "a\nb" } })],
    ["an event id that is no text", with_(named, { order: { eventId: 1 } })],
    ["no user", with_(ofUser, { order: { revocation: { kind: "user", issuedBefore: NOON_SECONDS } } })],
    ["no token id", with_(ofToken, { order: { revocation: { kind: "token", userId: "ann" } } })],
    [
      "an issuer as iss spells it",
      with_(ofIssuer, { order: { revocation: { kind: "issuer", issuer: "https://id" } } }),
    ],
    ["no revocation", with_(ofUser, { order: { revocation: undefined } })],
    ["a revocation of another kind", with_(ofUser, { order: { revocation: { kind: "all" } } })],
  ])("attack:I4 is refused with %s", (_what, body) => {
    expect(() => parse(body)).toThrow(new MalformedInputError("MALFORMED_TASK"));
  });

  it("attack:I4 is refused or the same for any change of a value", () => {
    const paths = (value: unknown, path: readonly string[] = []): readonly (readonly string[])[] =>
      typeof value === "object" && value !== null
        ? [path, ...Object.entries(value).flatMap(([name, member]) => paths(member, [...path, name]))]
        : [path];
    const change = fc
      .constantFrom(...encoded)
      .chain((body) =>
        fc.record({ body: fc.constant(body), path: fc.constantFrom(...paths(body).slice(1)), value: fc.jsonValue() }),
      );
    const codes: readonly MalformedInputCode[] = ["MALFORMED_TASK", "MALFORMED_EVENT"];
    fc.assert(
      fc.property(change, ({ body, path, value }) => {
        const copy = JSON.parse(JSON.stringify(body)) as Record<string, unknown>;
        const inner = path.slice(0, -1).reduce((at, name) => at[name] as Record<string, unknown>, copy);
        inner[path.at(-1) ?? ""] = value;
        const text = JSON.stringify(copy);
        try {
          expect(JSON.parse(encodeEndingTask(parse(text).task))).toEqual(JSON.parse(text));
        } catch (thrown) {
          if (!(thrown instanceof MalformedInputError)) throw thrown;
          expect(codes).toContain(thrown.code);
        }
      }),
      { numRuns: 500 },
    );
  });
});
