import { parseEntityUpdate, parseUserPush } from "../../src/adapters/sqs/event-detail.ts";
import { type ConnectionId, parseConnectionId } from "../../src/domain/connection/connection.ts";
import type { Delivery } from "../../src/domain/notification/delivery.ts";
import type {
  EntityUpdate,
  EventMetadata,
  NamedRecipient,
  Notification,
  Recipient,
  UserPush,
} from "../../src/domain/notification/notification.ts";
import { cutMember, type RawJson } from "../../src/domain/raw-json.ts";
import type { EpochMillis, EpochSeconds } from "../../src/domain/time.ts";

/** The time of the notifications built here. The recipients' connections are a minute old then. */
export const NOON = Date.UTC(2026, 10, 22, 12, 0, 0) as EpochMillis;

export const PUBLICATION: EventMetadata = {
  id: "7f1c4f8e-2f0f-4a3b-9d8e-0a4f7a5b6c1d",
  time: "2026-11-22T12:00:00Z",
  publishedAt: NOON,
  replay: false,
};

export function entityUpdate(detail: object = {}, publication: Partial<EventMetadata> = {}): EntityUpdate {
  return parseEntityUpdate({ entityId: "order-17", message: "shipped", ...detail }, { ...PUBLICATION, ...publication });
}

export function userPush(detail: object = {}, publication: Partial<EventMetadata> = {}): UserPush {
  return parseUserPush({ userId: "ann", message: "done", ...detail }, { ...PUBLICATION, ...publication });
}

export function rawJson(text: string): RawJson {
  const raw = cutMember(`{"data":${text}}`, "data");
  if (raw !== text) throw new Error(`not a JSON text: ${text}`);
  return raw;
}

/** The notification after a mistake: its data was parsed and written again. */
export function rewritingData<N extends Notification>(notification: N): N {
  const { data } = notification;
  return data === undefined ? notification : { ...notification, data: rawJson(JSON.stringify(JSON.parse(data))) };
}

export function freshDelivery<N extends Notification>(notification: N): Delivery<N> {
  return { notification, to: {}, attempt: 0 };
}

export function connectionId(text: string): ConnectionId {
  const id = parseConnectionId(text);
  if (id === undefined) throw new Error(`not a connection id: ${text}`);
  return id;
}

export function recipient(name: string, over: Partial<Recipient> = {}): Recipient {
  return {
    connectionId: connectionId(name),
    userId: userPush().userId,
    connectedAt: (NOON - 60_000) as EpochMillis,
    expiresAt: (NOON / 1000 + 3600) as EpochSeconds,
    ...over,
  };
}

/** Recipients as messages name them. */
export function named(those: readonly Recipient[]): NamedRecipient[] {
  return those.map(({ connectionId: id, userId }) => ({ connectionId: id, userId }));
}

/** c0, c1, c2… */
export function recipients(count: number): Recipient[] {
  return Array.from({ length: count }, (_, index) => recipient(`c${index}`));
}
