import { describe, expect, it } from "vitest";
import { isCallback, isCorrelationId, isEntityId, isEntityPattern, USER_ID } from "../src/index.ts";

describe("a correlation id", () => {
  it.each(["7", "ü".repeat(64), "a b"])("may be %j", (id) => {
    expect(isCorrelationId(id)).toBe(true);
  });

  it.each(["", " ", "ü".repeat(65), "a\n", "\ud800"])("may not be %j", (id) => {
    expect(isCorrelationId(id)).toBe(false);
  });
});

describe("an entity id", () => {
  it.each(["*", "__proto__", "order/17", "é".repeat(128), "\u{1f600}".repeat(64)])("may be %j", (id) => {
    expect(isEntityId(id)).toBe(true);
  });

  it.each(["", "\u3000", "é".repeat(129), "€".repeat(86), "a\u2028b", "a\u0085b", "\udc00\ud800"])(
    "may not be %j",
    (id) => {
      expect(isEntityId(id)).toBe(false);
    },
  );
});

describe("the pattern of an administrator's event", () => {
  it.each(["order-17", "order-*", "*", "a:b", "Subscribe:x", "subscribe", "x".repeat(256), `${"x".repeat(255)}*`])(
    "may be %j",
    (pattern) => {
      expect(isEntityPattern(pattern)).toBe(true);
    },
  );

  it.each([
    "",
    " ",
    "**",
    "a*b",
    "*a",
    "a**",
    "x".repeat(257),
    "a\n",
    "\ud800",
    "subscribe:order-1",
    "publish:*",
    "history:x",
    "presence:x",
    "inbox:ann",
  ])("may not be %j", (pattern) => {
    expect(isEntityPattern(pattern)).toBe(false);
  });
});

describe("a user id", () => {
  it.each(["ann", "auth0|17", "eu-west-1:7f1c4f8e", "ann@example.com", "x".repeat(128)])("may be %j", (id) => {
    expect(id).toMatch(USER_ID);
  });

  it.each(["", "ann#bob", "ann\n", "änn", "a b", "x".repeat(129)])("may not be %j", (id) => {
    expect(id).not.toMatch(USER_ID);
  });
});

describe("a callback", () => {
  it.each(["https://example.com", "https://example.com/jobs/1?x=%20#top"])("may be %s", (callback) => {
    expect(isCallback(callback)).toBe(true);
  });

  it.each([
    "http://example.com",
    "javascript:alert(1)",
    "https://",
    "https://example.com/ x",
    `https://e.com/${"x".repeat(2048)}`,
  ])("may not be %s", (callback) => {
    expect(isCallback(callback)).toBe(false);
  });
});
