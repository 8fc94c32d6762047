import { authorizerEvent, connectEvent, disconnectEvent, messageEvent } from "../tests/support/gateway-events.ts";
import { signedToken } from "./settings.ts";

type FirstCall = { readonly event: unknown; readonly answer: RegExp };

/** What each function is asked when it has just started, and what its answer's JSON must match. Others are only loaded. */
export const firstCalls: Readonly<Record<string, FirstCall>> = {
  empty: { event: {}, answer: /200/ },
  authorizer: { event: authorizerEvent({ query: { access_token: signedToken() } }), answer: /"Allow"/ },
  connect: { event: connectEvent(), answer: /200/ },
  disconnect: { event: disconnectEvent(), answer: /200/ },
  default: { event: messageEvent('{"action":"no-such-action"}'), answer: /UNKNOWN_ACTION/ },
  "create-test-jwt": { event: { userId: "ann" }, answer: /authToken/ },
};
