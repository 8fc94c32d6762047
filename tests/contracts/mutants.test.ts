import { describe } from "vitest";
import { describeAdministeredAccess } from "./administered-access.contract.ts";
import { describeConnectionChannel } from "./connection-channel.contract.ts";
import { describeConnectionRenewals } from "./connection-renewals.contract.ts";
import { describeConnectionStore } from "./connection-store.contract.ts";
import { describeDeliveryQueue } from "./delivery-queue.contract.ts";
import { describeMutants } from "./describe-mutants.ts";
import { describeEndingConnections } from "./ending-connections.contract.ts";
import { administeredAccessMutants, rightAdministeredAccess } from "./mutants/administered-access-mutants.ts";
import { connectionChannelMutants, rightConnectionChannels } from "./mutants/connection-channel-mutants.ts";
import { connectionRenewalsMutants, rightConnectionRenewals } from "./mutants/connection-renewals-mutants.ts";
import { connectionStoreMutants, rightConnectionStores } from "./mutants/connection-store-mutants.ts";
import { deliveryQueueMutants, rightDeliveryQueues } from "./mutants/delivery-queue-mutants.ts";
import { endingConnectionsMutants, rightEndingConnections } from "./mutants/ending-connections-mutants.ts";
import { revocationListMutants, rightRevocationLists } from "./mutants/revocation-list-mutants.ts";
import { rightRotatingSecrets, rotatingSecretMutants } from "./mutants/rotating-secret-mutants.ts";
import { rightSigningSecrets, signingSecretsMutants } from "./mutants/signing-secrets-mutants.ts";
import { rightSubscriptionReviews, subscriptionReviewsMutants } from "./mutants/subscription-reviews-mutants.ts";
import { rightSubscriptionStores, subscriptionStoreMutants } from "./mutants/subscription-store-mutants.ts";
import { rightVerificationKeys, verificationKeysMutants } from "./mutants/verification-keys-mutants.ts";
import { describeRevocationList } from "./revocation-list.contract.ts";
import { describeRotatingSecret } from "./rotating-secret.contract.ts";
import { describeSigningSecrets } from "./signing-secrets.contract.ts";
import { describeSubscriptionReviews } from "./subscription-reviews.contract.ts";
import { describeSubscriptionStore } from "./subscription-store.contract.ts";
import { describeVerificationKeys } from "./verification-keys.contract.ts";

// The tests run at the same time because they mostly wait.
describe.concurrent("the contract of", () => {
  describe("ConnectionStore", () => {
    describeMutants(describeConnectionStore, rightConnectionStores, connectionStoreMutants);
  });
  describe("SubscriptionStore", () => {
    describeMutants(describeSubscriptionStore, rightSubscriptionStores, subscriptionStoreMutants);
  });
  describe("SubscriptionReviews", () => {
    describeMutants(describeSubscriptionReviews, rightSubscriptionReviews, subscriptionReviewsMutants);
  });
  describe("AdministeredAccess", () => {
    describeMutants(describeAdministeredAccess, rightAdministeredAccess, administeredAccessMutants);
  });
  describe("ConnectionRenewals", () => {
    describeMutants(describeConnectionRenewals, rightConnectionRenewals, connectionRenewalsMutants);
  });
  describe("EndingConnections", () => {
    describeMutants(describeEndingConnections, rightEndingConnections, endingConnectionsMutants);
  });
  describe("RevocationList", () => {
    describeMutants(describeRevocationList, rightRevocationLists, revocationListMutants);
  });
  describe("ConnectionChannel", () => {
    describeMutants(describeConnectionChannel, rightConnectionChannels, connectionChannelMutants);
  });
  describe("DeliveryQueue and DeadLetters", () => {
    describeMutants(describeDeliveryQueue, rightDeliveryQueues, deliveryQueueMutants);
  });
  describe("RotatingSecret", () => {
    describeMutants(describeRotatingSecret, rightRotatingSecrets, rotatingSecretMutants);
  });
  describe("SigningSecrets", () => {
    describeMutants(describeSigningSecrets, rightSigningSecrets, signingSecretsMutants);
  });
  describe("VerificationKeys", () => {
    describeMutants(describeVerificationKeys, rightVerificationKeys, verificationKeysMutants);
  });
});
