import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodePush } from "../../../src/adapters/api-gateway-management/push-frame.ts";
import { anyJsonText } from "../../support/any-json-text.ts";
import { entityUpdate, rawJson, userPush } from "../../support/notifications.ts";

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

  it("has no member that the event does not have", () => {
    const { message: _, ...silent } = entityUpdate();
    expect(encodePush(silent)).not.toContain("message");
    expect(encodePush(userPush())).not.toMatch(/callback|data/);
  });

  it("has any `data` as it was written, behind the message or in its place", () => {
    const event = '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"';
    const { message: _, ...mute } = userPush({ callback: "https://example.com" });
    fc.assert(
      fc.property(anyJsonText, (text) => {
        const data = rawJson(text);
        expect(encodePush({ ...entityUpdate(), data })).toBe(
          `{"type":"Entity Updated","entityId":"order-17","message":"shipped","data":${text},${event}}`,
        );
        expect(encodePush({ ...mute, data })).toBe(
          `{"type":"User Push Notification","data":${text},"callback":"https://example.com",${event}}`,
        );
      }),
    );
  });
});
