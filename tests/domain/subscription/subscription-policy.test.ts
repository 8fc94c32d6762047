import { expect, it } from "vitest";
import { NO_GRANTS } from "../../../src/domain/identity/grants.ts";
import { allowEverySubscription } from "../../../src/domain/subscription/subscription-policy.ts";
import { aUserId } from "../../support/a-connection.ts";
import { anEntityId } from "../../support/a-subscription.ts";

it("allows every entity to every user, without a grant", () => {
  expect(allowEverySubscription({ userId: aUserId(), grants: NO_GRANTS }, anEntityId())).toEqual({ kind: "allowed" });
});
