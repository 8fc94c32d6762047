import { runTemplate } from "@portcullis/emulator";
import { connectTo } from "@portcullis/emulator/testing";
import { PONG_TEXT, pingFrame } from "@portcullis/protocol";
import { expect, it, onTestFinished } from "vitest";
import { allow, ok } from "../../../packages/emulator/tests/support/handlers.ts";

it("gw:route-35 the template answers a ping with exactly the pong of the contract, and no function runs", async () => {
  const invoked: string[] = [];
  const { url, close } = await runTemplate({
    template: "infra/template.yaml",
    parameters: { DefaultGrants: "none" },
    loadFunction: ({ name }) => (name === "Authorizer" ? allow : ok),
    observer: (event) => {
      if (event.kind === "invocation-begun") invoked.push(event.functionName);
    },
  });
  onTestFinished(close);
  const client = await connectTo(url);
  for (const members of [{}, { id: "7" }, { id: 7, action: "ping", anything: { else: [null] } }]) {
    client.send({ ...pingFrame(), ...members });
    expect(await client.text()).toBe(PONG_TEXT);
  }
  expect(PONG_TEXT).toBe('{"type":"pong"}');
  expect(invoked).toEqual(["Authorizer", "Connect"]);

  client.send({ action: "pong" });
  // Another action does run one.
  await expect.poll(() => invoked.slice(2)).toEqual(["Default"]);
});
