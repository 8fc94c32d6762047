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

  it.each<[string, "Grant Access" | "Withdraw Access", object, object]>([
    ["grants access", "Grant Access", {}, { kind: "grant" }],
    [
      "grants access with an end",
      "Grant Access",
      { expiresAt: NOON_SECONDS + 60 },
      { kind: "grant", until: NOON_SECONDS + 60 },
    ],
    ["grants access that has ended", "Grant Access", { expiresAt: 1 }, { kind: "grant", until: 1 }],
    ["withdraws access", "Withdraw Access", {}, { kind: "withdrawal" }],
  ])("attack:H4 %s to a user", (_what, detailType, more, change) => {
    for (const pattern of ["order-17", "order-*", "*", "\u00e9 #:/", "x".repeat(256)]) {
      const { order } = parse(adminEvent(detailType, { userId: "kc:ann", pattern, ...more })).task;
      const facts = { userId: "kc:ann", verb: "subscribe", pattern, at: NOON_SECONDS };
      expect(order).toEqual({ kind: "access", ...ORDERED, change: { ...facts, ...change } });
    }
  });

  it("says why access changes", () => {
    const detail = { userId: "ann", pattern: "*", reason: "left" };
    expect(orderOf(adminEvent("Withdraw Access", detail))).toMatchObject({ kind: "access", reason: "left" });
    expect(orderOf(adminEvent("Grant Access", detail))).toMatchObject({ kind: "access", reason: "left" });
  });

  it.each([
    ["Grant Access", { userId: "ann", pattern: "a-*" }, { userId: "ann", grant: "subscribe:a-*" }],
    [
      "Withdraw Access",
      { userId: "ann", pattern: "*", reason: "r" },
      { userId: "ann", grant: "subscribe:*", statedReason: "r" },
    ],
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

  it.each<[string, object]>([
    ["no user", { userId: undefined }],
    ["attack:E6 a user id with a line break", { userId: "ann\n" }],
    ["attack:E3 a user id with the separator of keys", { userId: "ann#bob" }],
    ["a user id that is a list", { userId: ["ann"] }],
    ["no pattern", { pattern: undefined }],
    ["attack:H5 a whole grant in place of a pattern", { pattern: "subscribe:order-*" }],
    ["attack:H5 a grant of a reserved verb", { pattern: "publish:order-*" }],
    ["attack:H5 two wildcards", { pattern: "order-**" }],
    ["attack:H5 a wildcard before the end", { pattern: "order-*-x" }],
    ["attack:H5 a wildcard at the beginning", { pattern: "*-order" }],
    ["a blank pattern", { pattern: " " }],
    ["an empty pattern", { pattern: "" }],
    ["a pattern with a line break", { pattern: "order\n17" }],
    ["a pattern that is a lone surrogate", { pattern: "\ud800" }],
    ["a pattern of 257 bytes", { pattern: `${"x".repeat(255)}\u00e9` }],
    ["a pattern that is a list", { pattern: ["order-17"] }],
    ["a pattern that is a number", { pattern: 17 }],
    ["a verb of its own", { verb: "subscribe" }],
    ["a misspelt member, which would grant more than was meant", { expiresat: NOON_SECONDS }],
    ["a reason of 257 characters", { reason: "r".repeat(257) }],
    [
      "attack:E13 an inherited pattern",
      { pattern: undefined, ...(JSON.parse('{"__proto__":{"pattern":"*"}}') as object) },
    ],
  ])("attack:I1 to grant or withdraw access is malformed with %s", (_what, more) => {
    for (const detailType of ["Grant Access", "Withdraw Access"] as const) {
      const body = adminEvent(detailType, { userId: "ann", pattern: "order-*", ...more });
      expect(() => parse(body)).toThrow(new MalformedInputError("MALFORMED_DETAIL"));
    }
  });

  it.each<[string, unknown]>([
    ["in milliseconds", NOON],
    ["with a fraction", NOON_SECONDS + 0.5],
    ["below zero", -1],
    ["of zero", 0],
    ["as text", String(NOON_SECONDS)],
    ["as a date", "2030-01-01T00:00:00Z"],
    ["that is null", null],
  ])("attack:I1 to grant access is malformed with an end %s", (_what, expiresAt) => {
    const body = adminEvent("Grant Access", { userId: "ann", pattern: "order-*", expiresAt });
    expect(() => parse(body)).toThrow(new MalformedInputError("MALFORMED_DETAIL"));
  });

  it("attack:I1 to withdraw access is malformed with an end: it lasts until a newer grant", () => {
    const body = adminEvent("Withdraw Access", { userId: "ann", pattern: "order-*", expiresAt: NOON_SECONDS });
    expect(() => parse(body)).toThrow(new MalformedInputError("MALFORMED_DETAIL"));
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

  const [grant, withdrawal, , review] = encoded.slice(8) as [never, never, never, never];
  const changed = (changes: object) => with_(grant, { order: { change: { ...changeIn(grant), ...changes } } });
  const changeIn = (body: { readonly order: { readonly change: object } }) => body.order.change;

  it.each<[string, object]>([
    ["an event of a review", { ...(review as object), part: { kind: "event" } }],
    ["all slots of a review", { ...(review as object), part: (slot as { part: object }).part }],
    ["a user's part of a review", { ...(review as object), part: { kind: "user" } }],
    ["an issuer of a review", { ...(review as object), part: { kind: "issuer" } }],
    ["more members in a review", with_(review, { order: { change: changeIn(grant) } })],
    ["all slots of a grant", { ...(grant as object), part: (slot as { part: object }).part }],
    ["an issuer of a grant", { ...(grant as object), part: { kind: "issuer" } }],
    ["no change", with_(grant, { order: { change: undefined } })],
    ["a change of another kind", changed({ kind: "deny" })],
    ["a change of no user", changed({ userId: undefined })],
    ["attack:E3 a change of a user that no token has", changed({ userId: "a#b" })],
    ["a change of another verb", changed({ verb: "publish" })],
    ["a change of no verb", changed({ verb: undefined })],
    ["a verb of every object", changed({ verb: "constructor" })],
    ["attack:H5 a pattern with two wildcards", changed({ pattern: "a**" })],
    ["a pattern that is blank", changed({ pattern: " " })],
    ["a change without a time", changed({ at: undefined })],
    ["a change with a time in milliseconds", changed({ at: NOON })],
    ["a change with a time that has a fraction", changed({ at: NOON_SECONDS + 0.5 })],
    ["a grant's end as text", changed({ until: String(NOON_SECONDS) })],
    [
      "a withdrawal with an end",
      with_(withdrawal, { order: { change: { ...changeIn(withdrawal), until: NOON_SECONDS } } }),
    ],
    ["more members in its change", changed({ reason: "r" })],
    ["more members in its order of access", with_(grant, { order: { userId: "ann" } })],
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
