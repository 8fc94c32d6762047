import type { ConditionContext } from "../iam/conditions.ts";
import type { Session } from "./events.ts";

/**
 * The condition keys of a handshake (developer guide, "AWS condition keys that can be used in API Gateway resource
 * policies"), without those of a caller with IAM credentials and of private APIs. A client may send no user agent.
 */
export function conditionContext({ identity }: Session, now: number): ConditionContext {
  return new Map([
    ["aws:currenttime", new Date(now).toISOString().replace(/\.\d+/, "")],
    ["aws:epochtime", String(Math.floor(now / 1000))],
    // As on AWS, where every connection is encrypted.
    ["aws:securetransport", "true"],
    ["aws:sourceip", identity.sourceIp],
    ["aws:useragent", identity.userAgent],
  ]);
}
