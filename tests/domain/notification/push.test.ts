import { describe, expect, it } from "vitest";
import { encodePush } from "../../../src/domain/notification/push.ts";
import { entityUpdate, userPush } from "../../support/notifications.ts";

const LIMIT = 128 * 1024;

describe("a push", () => {
  it("of an entity update has the tutorial's names in their order, then id and time", () => {
    expect(encodePush(entityUpdate())).toBe(
      '{"type":"Entity Updated","entityId":"order-17","message":"shipped",' +
        '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
    );
  });

  it("to a user has the tutorial's names in their order, then id and time", () => {
    expect(encodePush(userPush({ callback: "https://example.com" }))).toBe(
      '{"type":"User Push Notification","message":"done","callback":"https://example.com",' +
        '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
    );
  });

  it("leaves out what the event left out", () => {
    const { message: _, ...silent } = entityUpdate();
    const update = encodePush(silent);
    const push = encodePush(userPush());
    expect(update).not.toContain("message");
    expect(push).not.toContain("callback");
  });

  it.each([
    ["one-byte characters", "x"],
    ["two-byte characters", "é"],
    ["three-byte characters", "€"],
    ["four-byte characters", "\u{1f600}"],
  ])("attack:I3 is 128 KB at most after the envelope, in %s", (_what, character) => {
    const envelope = Buffer.byteLength(encodePush(userPush({ message: "" })) ?? "");
    const width = Buffer.byteLength(character);
    const padding = "x".repeat((LIMIT - envelope) % width);
    const message = character.repeat(Math.floor((LIMIT - envelope) / width)) + padding;
    const fitting = encodePush(userPush({ message }));
    const oneMore = encodePush(userPush({ message: `${message}x` }));
    expect(Buffer.byteLength(fitting ?? "")).toBe(LIMIT);
    expect(oneMore).toBeUndefined();
  });

  it.each([
    ["127 KB", 127, true],
    ["129 KB", 129, false],
    ["1 MB", 1024, false],
  ])("attack:I3 a message of %s", (_size, kilobytes, fits) => {
    expect(encodePush(entityUpdate({ message: "x".repeat(kilobytes * 1024) })) !== undefined).toBe(fits);
  });

  it("attack:I3 counts what JSON's escapes add", () => {
    expect(encodePush(userPush({ message: '"'.repeat(70 * 1024) }))).toBeUndefined();
  });
});
