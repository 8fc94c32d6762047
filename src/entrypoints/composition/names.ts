import type { AdmissionPolicy, AuthorizeConnection } from "../../application/access/authorize-connection.ts";
import type { MintTestToken } from "../../application/access/mint-test-token.ts";
import type { CloseConnection, OpenConnection } from "../../application/connections/open-and-close.ts";
import type { ConnectionChannel } from "../../application/ports/connection-channel.ts";
import type { ConnectionStore } from "../../application/ports/connection-store.ts";
import type { DeadLetters, DeliveryQueue } from "../../application/ports/delivery-queue.ts";
import type { Logger } from "../../application/ports/logger.ts";
import type { SigningSecrets } from "../../application/ports/signing-secrets.ts";
import type { SubscriptionStore } from "../../application/ports/subscription-store.ts";
import type { Backoff, Clock, Timer, UniqueIds } from "../../application/ports/system.ts";
import type { TokenSigner, TokenVerifier } from "../../application/ports/tokens.ts";
import type { FanOut } from "../../application/push/fan-out.ts";
import type { Deliver, NotifyEntity, NotifyUser } from "../../application/push/notify.ts";
import type { RotateSigningSecret } from "../../application/secrets/rotate-signing-secret.ts";
import type { Subscribe, Unsubscribe } from "../../application/subscriptions/subscribe.ts";
import type { TokenPolicy } from "../../domain/token/issuer-policy.ts";

declare const provides: unique symbol;

/** The name of something in the container, and of its type: `resolve` and `provide` check against it. */
export type Name<T> = symbol & { readonly [provides]?: (value: T) => T };

function name<T>(description: string): Name<T> {
  return Symbol(description) as Name<T>;
}

export const names = {
  clock: name<Clock>("Clock"),
  logger: name<Logger>("Logger"),
  uniqueIds: name<UniqueIds>("UniqueIds"),

  admissionPolicy: name<AdmissionPolicy>("AdmissionPolicy"),
  tokenPolicy: name<TokenPolicy>("TokenPolicy"),
  signingSecrets: name<SigningSecrets>("SigningSecrets"),
  tokenVerifier: name<TokenVerifier>("TokenVerifier"),
  tokenSigner: name<TokenSigner>("TokenSigner"),
  authorizeConnection: name<AuthorizeConnection>("AuthorizeConnection"),
  mintTestToken: name<MintTestToken>("MintTestToken"),

  rotateSigningSecret: name<RotateSigningSecret>("RotateSigningSecret"),

  connectionStore: name<ConnectionStore>("ConnectionStore"),
  openConnection: name<OpenConnection>("OpenConnection"),
  closeConnection: name<CloseConnection>("CloseConnection"),

  subscriptionStore: name<SubscriptionStore>("SubscriptionStore"),
  subscribe: name<Subscribe>("Subscribe"),
  unsubscribe: name<Unsubscribe>("Unsubscribe"),

  connectionChannel: name<ConnectionChannel>("ConnectionChannel"),
  deliveryQueue: name<DeliveryQueue>("DeliveryQueue"),
  deadLetters: name<DeadLetters>("DeadLetters"),
  backoff: name<Backoff>("Backoff"),
  timer: name<Timer>("Timer"),
  fanOut: name<FanOut>("FanOut"),
  notifyEntity: name<NotifyEntity>("NotifyEntity"),
  notifyUser: name<NotifyUser>("NotifyUser"),
  deliver: name<Deliver>("Deliver"),
} as const;
