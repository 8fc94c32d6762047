import { describe, expect, it } from "vitest";
import { MemoryAdministeredAccess } from "../../../src/adapters/in-memory/memory-administered-access.ts";
import { MemoryConnectionStore } from "../../../src/adapters/in-memory/memory-connection-store.ts";
import { MemoryRevocationList } from "../../../src/adapters/in-memory/memory-revocation-list.ts";
import { endSlot } from "../../../src/domain/connection/ending.ts";
import { addSeconds, type EpochMillis } from "../../../src/domain/time.ts";
import { describeAdministeredAccess } from "../../contracts/administered-access.contract.ts";
import { describeConnectionRenewals } from "../../contracts/connection-renewals.contract.ts";
import { describeEndingConnections } from "../../contracts/ending-connections.contract.ts";
import { describeRevocationList } from "../../contracts/revocation-list.contract.ts";
import { aConnection, NOW } from "../../support/a-connection.ts";
import { memoryLifeStores } from "../../support/memory-life-stores.ts";

describe("MemoryConnectionStore, as ConnectionRenewals", () => {
  describeConnectionRenewals({ makeStores: memoryLifeStores, whenDown: "in-process" });
});

describe("MemoryConnectionStore, as EndingConnections", () => {
  describeEndingConnections({ makeStores: memoryLifeStores, whenDown: "in-process" });

  it("holds no candidates of long ago", async () => {
    const store = new MemoryConnectionStore();
    const connection = aConnection();
    await store.open(connection, []);

    await store.open(
      aConnection({ connectedAt: ((NOW + 20_000) * 1000) as EpochMillis, expiresAt: addSeconds(NOW, 20_100) }),
      [],
    );

    expect(await store.countIn(endSlot(connection.expiresAt))).toBe(0);
  });
});

describe("MemoryAdministeredAccess", () => {
  describeAdministeredAccess({ makeAccess: () => new MemoryAdministeredAccess(), whenDown: "in-process" });
});

describe("MemoryRevocationList", () => {
  describeRevocationList({ makeList: () => new MemoryRevocationList(), whenDown: "in-process" });
});
