import { describe, expect, it } from "vitest";
import { pushFrame } from "../../../src/adapters/api-gateway-management/push-frame.ts";
import { entityUpdate, userPush } from "../../support/notifications.ts";

const encoded = (...notification: Parameters<typeof pushFrame>) => JSON.stringify(pushFrame(...notification));

describe("a push", () => {
  it("of an entity update has the tutorial's names in their order, then id and time", () => {
    expect(encoded(entityUpdate())).toBe(
      '{"type":"Entity Updated","entityId":"order-17","message":"shipped",' +
        '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
    );
  });

  it("to a user has the tutorial's names in their order, then id and time", () => {
    expect(encoded(userPush({ callback: "https://example.com" }))).toBe(
      '{"type":"User Push Notification","message":"done","callback":"https://example.com",' +
        '"id":"7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d","time":"2026-11-22T12:00:00Z"}',
    );
  });

  it("has no member that the event does not have", () => {
    const { message: _, ...silent } = entityUpdate();
    expect(encoded(silent)).not.toContain("message");
    expect(encoded(userPush())).not.toContain("callback");
  });
});
