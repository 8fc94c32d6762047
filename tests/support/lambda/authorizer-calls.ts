import { expect } from "vitest";
import { SECRET, signedToken } from "../../../benchmarks/settings.ts";
import { authorizerEvent } from "../gateway-events.ts";
import type { FunctionProcess, Outcome } from "./function-process.ts";

export const UNAVAILABLE = { error: "AuthorizerUnavailable" };
export const UNAUTHORIZED = { error: "Unauthorized" };
export const ALLOWED = { value: expect.objectContaining({ principalId: "ann" }) };

/** A call of the authorizer with a token that is good by the clock of its process. */
export function authorize(lambda: FunctionProcess, key = SECRET): Promise<Outcome> {
  const token = signedToken({ key, at: lambda.now });
  return lambda.call(authorizerEvent({ query: { access_token: token } }));
}
