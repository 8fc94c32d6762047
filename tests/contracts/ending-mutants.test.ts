import { describe } from "vitest";
import { describeConnectionEnder } from "./connection-ender.contract.ts";
import { describeMutants } from "./describe-mutants.ts";
import { describeEndingTasks } from "./ending-tasks.contract.ts";
import { connectionEnderMutants, rightConnectionEnders } from "./mutants/connection-ender-mutants.ts";
import { endingTasksMutants, rightEndingTasks } from "./mutants/ending-tasks-mutants.ts";

// The tests run at the same time because they mostly wait.
describe.concurrent("the contract of", () => {
  describe("ConnectionEnder", () => {
    describeMutants(describeConnectionEnder, rightConnectionEnders, connectionEnderMutants);
  });
  describe("EndingTasks", () => {
    describeMutants(describeEndingTasks, rightEndingTasks, endingTasksMutants);
  });
});
