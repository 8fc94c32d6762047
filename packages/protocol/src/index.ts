// biome-ignore-all lint/performance/noBarrelFile: the package's door, without a dependency; ./schemas.ts is the one with zod
export {
  ADMIN_DETAIL_TYPES,
  type AdminDetailType,
  DETAIL_TYPES,
  type DetailType,
  type DisconnectUserDetail,
  type EntityUpdatedDetail,
  type RevokeTokensDetail,
  type SendUserPushDetail,
} from "./bus-events.ts";
export { CHECK_ANSWERS, type CheckAnswer, type CheckCode } from "./check-answers.ts";
export {
  type AuthenticateFrame,
  authenticateFrame,
  type ClientFrame,
  type PingFrame,
  pingFrame,
  type SubscribeFrame,
  subscribeFrame,
  type UnsubscribeFrame,
  unsubscribeFrame,
} from "./client-frames.ts";
export { CLOSE_CODES, type CloseCode } from "./close-codes.ts";
export { ERROR_EXPLANATIONS, type ErrorCode } from "./error-codes.ts";
export { isCallback, isCorrelationId, isEntityId, isReason, USER_ID } from "./identifiers.ts";
export {
  MAX_CALLBACK_BYTES,
  MAX_CLIENT_FRAME_BYTES,
  MAX_CORRELATION_ID_BYTES,
  MAX_DETAIL_MEMBERS,
  MAX_ENTITY_ID_BYTES,
  MAX_PUSH_BYTES,
  MAX_REASON_BYTES,
  MAX_TOKEN_BYTES,
} from "./limits.ts";
export {
  type EntityUpdatedFrame,
  entityUpdatedFrame,
  type PushFrame,
  type UserPushFrame,
  userPushFrame,
} from "./pushes.ts";
export {
  type AuthenticatedFrame,
  authenticatedFrame,
  DISCONNECT_CODES,
  type DisconnectCode,
  type DisconnectFrame,
  disconnectFrame,
  type ErrorFrame,
  errorFrame,
  type MessageReference,
  malformedMemberFrame,
  PONG_TEXT,
  type PongFrame,
  type ServerFrame,
  type SubscribedFrame,
  subscribedFrame,
  type UnsubscribedFrame,
  unsubscribedFrame,
} from "./server-frames.ts";
