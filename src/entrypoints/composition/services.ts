import type { ConnectionLimits } from "@portcullis/protocol";
import type { AdmissionPolicy, AuthorizeConnection } from "../../application/access/authorize-connection.ts";
import type { CheckAdmission } from "../../application/access/check-admission.ts";
import type { MintingPolicy, MintTestToken } from "../../application/access/mint-test-token.ts";
import type { VerifyToken } from "../../application/access/verify-token.ts";
import type { CloseConnection, OpenConnection } from "../../application/connections/open-and-close.ts";
import type { RenewConnection } from "../../application/connections/renew-connection.ts";
import type { CarryOut } from "../../application/endings/carry-out.ts";
import type { CollectEnds } from "../../application/endings/collect-ends.ts";
import type { EndPart } from "../../application/endings/end-part.ts";
import type { AccessPolicy } from "../../application/ports/access-policy.ts";
import type { AdministeredAccess } from "../../application/ports/administered-access.ts";
import type { ConnectionChannel } from "../../application/ports/connection-channel.ts";
import type { ConnectionEnder } from "../../application/ports/connection-ender.ts";
import type { ConnectionRenewals } from "../../application/ports/connection-renewals.ts";
import type { ConnectionStore } from "../../application/ports/connection-store.ts";
import type { DeadLetters, DeliveryQueue } from "../../application/ports/delivery-queue.ts";
import type { EndingConnections } from "../../application/ports/ending-connections.ts";
import type { EndingTasks } from "../../application/ports/ending-tasks.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { RevocationList } from "../../application/ports/revocation-list.ts";
import type { RotatingSecret, SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { SubscriptionReviews } from "../../application/ports/subscription-reviews.ts";
import type { SubscriptionStore } from "../../application/ports/subscription-store.ts";
import type { Backoff, Clock, SecretGenerator, Timer, UniqueIds } from "../../application/ports/system.ts";
import type { TokenSigner, TokenVerifier } from "../../application/ports/tokens.ts";
import type { FanOut } from "../../application/push/fan-out.ts";
import type { Deliver, NotifyEntity, NotifyUser } from "../../application/push/notify.ts";
import type { RotateSigningSecret } from "../../application/secrets/rotate-signing-secret.ts";
import type { Subscribe, Unsubscribe } from "../../application/subscriptions/subscribe.ts";

declare const provides: unique symbol;

/** Identifies a service in the container and carries its type: `resolve` and `provide` check against it. */
export type ServiceId<T> = symbol & { readonly [provides]?: (value: T) => T };

export function serviceId<T>(description: string): ServiceId<T> {
  return Symbol(description) as ServiceId<T>;
}

export const services = {
  clock: serviceId<Clock>("Clock"),
  logger: serviceId<Logger>("Logger"),
  uniqueIds: serviceId<UniqueIds>("UniqueIds"),

  admissionPolicy: serviceId<AdmissionPolicy>("AdmissionPolicy"),
  signingSecrets: serviceId<SigningSecrets>("SigningSecrets"),
  tokenVerifier: serviceId<TokenVerifier>("TokenVerifier"),
  verifyToken: serviceId<VerifyToken>("VerifyToken"),
  tokenSigner: serviceId<TokenSigner>("TokenSigner"),
  authorizeConnection: serviceId<AuthorizeConnection>("AuthorizeConnection"),
  checkAdmission: serviceId<CheckAdmission>("CheckAdmission"),
  mintingPolicy: serviceId<MintingPolicy>("MintingPolicy"),
  mintTestToken: serviceId<MintTestToken>("MintTestToken"),

  rotatingSecret: serviceId<RotatingSecret>("RotatingSecret"),
  secretGenerator: serviceId<SecretGenerator>("SecretGenerator"),
  rotateSigningSecret: serviceId<RotateSigningSecret>("RotateSigningSecret"),

  connectionStore: serviceId<ConnectionStore>("ConnectionStore"),
  connectionRenewals: serviceId<ConnectionRenewals>("ConnectionRenewals"),
  endingConnections: serviceId<EndingConnections>("EndingConnections"),
  revocationList: serviceId<RevocationList>("RevocationList"),
  openConnection: serviceId<OpenConnection>("OpenConnection"),
  closeConnection: serviceId<CloseConnection>("CloseConnection"),
  renewConnection: serviceId<RenewConnection>("RenewConnection"),

  accessPolicy: serviceId<AccessPolicy>("AccessPolicy"),
  administeredAccess: serviceId<AdministeredAccess>("AdministeredAccess"),
  subscriptionReviews: serviceId<SubscriptionReviews>("SubscriptionReviews"),
  subscriptionStore: serviceId<SubscriptionStore>("SubscriptionStore"),
  connectionLimits: serviceId<ConnectionLimits>("ConnectionLimits"),
  subscribe: serviceId<Subscribe>("Subscribe"),
  unsubscribe: serviceId<Unsubscribe>("Unsubscribe"),

  connectionEnder: serviceId<ConnectionEnder>("ConnectionEnder"),
  endingTasks: serviceId<EndingTasks>("EndingTasks"),
  deferredTasks: serviceId<Pick<EndingTasks, "defer">>("DeferredTasks"),
  endPart: serviceId<EndPart>("EndPart"),
  carryOut: serviceId<CarryOut>("CarryOut"),
  collectEnds: serviceId<CollectEnds>("CollectEnds"),

  connectionChannel: serviceId<ConnectionChannel>("ConnectionChannel"),
  deliveryQueue: serviceId<DeliveryQueue>("DeliveryQueue"),
  deadLetters: serviceId<DeadLetters>("DeadLetters"),
  backoff: serviceId<Backoff>("Backoff"),
  timer: serviceId<Timer>("Timer"),
  fanOut: serviceId<FanOut>("FanOut"),
  notifyEntity: serviceId<NotifyEntity>("NotifyEntity"),
  notifyUser: serviceId<NotifyUser>("NotifyUser"),
  deliver: serviceId<Deliver>("Deliver"),
} as const;
