import { queuedEntityUpdateParser, queuedUserPushParser } from "../../src/adapters/sqs/queued-event.ts";
import { parseEntityUpdate, parseUserPush } from "../../src/adapters/zod/bus-events.ts";

export const readEntityUpdate = queuedEntityUpdateParser({ parseEntityUpdate, parseUserPush });
export const readUserPush = queuedUserPushParser({ parseUserPush });
