import { expect, it } from "vitest";
import { authorizerResponse } from "../../../src/adapters/api-gateway/authorizer-response.ts";
import { parseSender } from "../../../src/adapters/api-gateway/websocket-events.ts";
import { aUserId, NOW } from "../../support/a-connection.ts";
import { messageEvent } from "../../support/gateway-events.ts";

const TOKEN = { issuer: "portcullis", expiresAt: NOW };

const METHOD_ARN = "arn:aws:execute-api:us-east-1:123456789012:api/stage/$connect";

function contextFor(grants?: readonly string[]) {
  const accepted = { kind: "accepted", identity: { userId: aUserId() }, token: TOKEN } as const;
  const response = authorizerResponse({ ...accepted, ...(grants && { grants }) }, METHOD_ARN);
  return response instanceof Error ? undefined : response.context;
}

it("passes grants on to the routes, in one text", () => {
  const grants = ["subscribe:order-17", 'subscribe:"*"'];
  const authorizer = contextFor(grants);
  expect(Object.values(authorizer ?? {}).every((value) => typeof value === "string")).toBe(true);
  expect(parseSender(messageEvent("{}", { authorizer })).grants).toEqual(grants);
});

it("has no such text without a grant", () => {
  expect(contextFor()).not.toHaveProperty("grants");
});

it("has no text for a claim that the token lacks", () => {
  expect(contextFor()).toEqual({
    userId: expect.any(String),
    issuer: "portcullis",
    tokenExpiresAt: String(NOW),
  });
});
