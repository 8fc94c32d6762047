// Sizes that are part of the contract, in bytes of UTF-8.

/** A client's text frame. API Gateway closes the connection with 1009 after a longer one (quotas, "Frame size"). */
export const MAX_CLIENT_FRAME_BYTES = 32 * 1024;

/** A push, as JSON. API Gateway carries no larger message (quotas, "Message payload size"); the bus carries 1 MB. */
export const MAX_PUSH_BYTES = 128 * 1024;

/** An `entityId`. DynamoDB allows 2,048 bytes in a partition key; a lower limit keeps rows small. */
export const MAX_ENTITY_ID_BYTES = 256;

/** The names in one frame. 250 of 36 bytes each fill a third of a client's frame. */
export const MAX_ENTITIES_PER_FRAME = 250;

/** The `client` of a `resume`. */
export const MAX_CLIENT_NAME_BYTES = 64;

/** The `id` of a client's message. */
export const MAX_CORRELATION_ID_BYTES = 128;

/** The `callback` of a user push. */
export const MAX_CALLBACK_BYTES = 2048;

/** Members of an event's `detail`, including those that are ignored. */
export const MAX_DETAIL_MEMBERS = 32;

/** A token: in a handshake, and in `authenticate`. */
export const MAX_TOKEN_BYTES = 8 * 1024;

/** The `reason` of an admin event, which the last frame repeats. */
export const MAX_REASON_BYTES = 256;
