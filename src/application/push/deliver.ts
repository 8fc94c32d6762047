import type { Delivery } from "../../domain/notification/delivery.ts";
import type { EpochMillis } from "../../domain/time.ts";
import type { DeliveryReport } from "./delivery-report.ts";
import type { NotifyEntity } from "./notify-entity.ts";
import type { NotifyUser } from "./notify-user.ts";

/** Takes up a delivery of either kind. Throws DependencyUnavailableError when it has to come back. */
export type Deliver = (delivery: Delivery, deadline: EpochMillis) => Promise<DeliveryReport>;

export function makeDeliver(deps: { readonly notifyEntity: NotifyEntity; readonly notifyUser: NotifyUser }): Deliver {
  return (delivery, deadline) => {
    const { notification } = delivery;
    return notification.kind === "entity-update"
      ? deps.notifyEntity({ ...delivery, notification }, deadline)
      : deps.notifyUser({ ...delivery, notification }, deadline);
  };
}
