import type { Stage, Throttle } from "../gateway/api-description.ts";
import type { Section } from "./section.ts";

/** CloudFormation's largest integer. */
const MAX_BURST = 2_147_483_647;

/** Reads the throttles of a stage. Like API Gateway, it refuses settings for a route that does not exist. */
export function readThrottles(
  stage: Section,
  routeKeys: readonly string[],
): Pick<Stage, "defaultThrottle" | "routeThrottles"> {
  const settings = stage.section("RouteSettings");
  const given = settings.names.filter((routeKey) => settings.isGiven(routeKey));
  const unknown = given.find((routeKey) => !routeKeys.includes(routeKey));
  if (unknown !== undefined) throw settings.problem(unknown, "is not a route of the API");
  const routeThrottles = new Map(given.map((routeKey) => [routeKey, readThrottle(settings.section(routeKey))]));
  return {
    ...(stage.has("DefaultRouteSettings") && { defaultThrottle: readThrottle(stage.section("DefaultRouteSettings")) }),
    ...(routeThrottles.size > 0 && { routeThrottles }),
  };
}

function readThrottle(settings: Section): Throttle {
  return {
    ...(settings.has("ThrottlingRateLimit") && { perSecond: readRate(settings) }),
    ...(settings.has("ThrottlingBurstLimit") && { burst: settings.integer("ThrottlingBurstLimit", 0, MAX_BURST) }),
  };
}

/** A rate may have a fraction. */
function readRate(settings: Section): number {
  const rate = settings.number("ThrottlingRateLimit");
  if (rate < 0) throw settings.problem("ThrottlingRateLimit", "is negative");
  return rate;
}
