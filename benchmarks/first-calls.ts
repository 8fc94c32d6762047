import {
  AUTHORIZER_CONTEXT,
  authorizerEvent,
  connectEvent,
  disconnectEvent,
  messageEvent,
} from "../tests/support/gateway-events.ts";
import { entityUpdated, scheduledEvent, sqsEvent } from "../tests/support/queued-messages.ts";
import { urlEvent } from "../tests/support/url-event.ts";
import { LOCAL_SETTINGS, signedToken } from "./settings.ts";
import { PENDING_VERSION, SUBSCRIBED_ENTITY } from "./stand-in-answers.ts";

/** The push is new: one of some hours ago would become a dead letter. */
const NOW = new Date().toISOString();

export type FirstCall = { readonly event: unknown; readonly answer: RegExp };

/** The first event of each function, and a pattern for the JSON of its response. */
export const firstCalls: Readonly<Record<string, FirstCall>> = {
  empty: { event: {}, answer: /200/ },
  authorizer: { event: authorizerEvent({ query: { access_token: signedToken() } }), answer: /"Allow"/ },
  connect: { event: connectEvent(), answer: /200/ },
  disconnect: { event: disconnectEvent(), answer: /200/ },
  default: { event: messageEvent('{"action":"no-such-action"}'), answer: /UNKNOWN_ACTION/ },
  subscribe: { event: messageEvent('{"action":"subscribe","entityId":"order-17"}'), answer: /:\\"subscribed/ },
  resume: { event: messageEvent('{"action":"resume","entityIds":["order-17"],"id":"1"}'), answer: /:\\"resumed/ },
  unsubscribe: {
    event: messageEvent(JSON.stringify({ action: "unsubscribe", entityId: SUBSCRIBED_ENTITY })),
    answer: /:\\"unsubscribed/,
  },
  // It ends later than the token of the record.
  authenticate: {
    event: messageEvent(JSON.stringify({ action: "authenticate", token: signedToken({ seconds: 10_800 }), id: "7" }), {
      authorizer: { ...AUTHORIZER_CONTEXT, issuer: LOCAL_SETTINGS.TOKEN_ISSUER },
    }),
    answer: /:\\"authenticated/,
  },
  check: { event: urlEvent({ headers: { authorization: `Bearer ${signedToken()}` } }), answer: /204/ },
  // One recipient.
  "deliver-pushes": {
    event: sqsEvent(entityUpdated({ entityId: "order-17", message: "m" }, { time: NOW })),
    answer: /Failures":\[\]/,
  },
  // A minute in which no connection ends.
  administer: { event: scheduledEvent(NOW), answer: /^null$/ },
  "create-test-jwt": { event: { userId: "ann" }, answer: /authToken/ },
  "rotate-secret": {
    event: { SecretId: "jwt", ClientRequestToken: PENDING_VERSION, Step: "testSecret" },
    answer: /^null$/,
  },
};
