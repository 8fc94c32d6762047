// biome-ignore-all lint/performance/noBarrelFile: the package's second door, the one that needs zod
export {
  disconnectUserDetailSchema,
  entityUpdatedDetailSchema,
  grantAccessDetailSchema,
  revokeTokensDetailSchema,
  sendUserPushDetailSchema,
  withdrawAccessDetailSchema,
} from "./schemas/bus-events.ts";
export {
  authenticateFrameSchema,
  pingFrameSchema,
  resumeFrameSchema,
  subscribeFrameSchema,
  subscribeManyFrameSchema,
  unsubscribeFrameSchema,
  unsubscribeManyFrameSchema,
} from "./schemas/client-frames.ts";
export { jsonSchemaOf, type ObjectSchema, type Validation, validate } from "./schemas/schema.ts";
export { serverFrameSchemas } from "./schemas/server-frames.ts";
