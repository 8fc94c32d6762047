import { authorizerEvent, connectEvent, disconnectEvent, messageEvent } from "../tests/support/gateway-events.ts";
import { entityUpdated, sqsEvent } from "../tests/support/queued-messages.ts";
import { signedToken } from "./settings.ts";

/** The push is new: one of some hours ago would become a dead letter. */
const NOW = new Date().toISOString();

type FirstCall = { readonly event: unknown; readonly answer: RegExp };

/** The first event of each function, and a pattern for the JSON of its response. Other functions are only loaded. */
export const firstCalls: Readonly<Record<string, FirstCall>> = {
  empty: { event: {}, answer: /200/ },
  authorizer: { event: authorizerEvent({ query: { access_token: signedToken() } }), answer: /"Allow"/ },
  connect: { event: connectEvent(), answer: /200/ },
  disconnect: { event: disconnectEvent(), answer: /200/ },
  default: { event: messageEvent('{"action":"no-such-action"}'), answer: /UNKNOWN_ACTION/ },
  subscribe: { event: messageEvent('{"action":"subscribe","entityId":"order-17"}'), answer: /"statusCode":200/ },
  unsubscribe: { event: messageEvent('{"action":"unsubscribe","entityId":"order-17"}'), answer: /"statusCode":200/ },
  // Pushes without an audience: the stores are read, and nothing is posted.
  "deliver-pushes": {
    event: sqsEvent(
      entityUpdated({ entityId: "order-17", message: "m" }, { time: NOW }),
      entityUpdated({ userId: "ann", message: "m" }, { time: NOW, "detail-type": "Send User Push Notification" }),
    ),
    answer: /Failures":\[\]/,
  },
  "create-test-jwt": { event: { userId: "ann" }, answer: /authToken/ },
};
