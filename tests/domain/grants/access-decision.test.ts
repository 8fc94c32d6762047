import { describe, expect, it } from "vitest";
import { type AccessVerdict, decideAccess } from "../../../src/domain/grants/access-decision.ts";
import type { AccessEntry } from "../../../src/domain/grants/access-list.ts";
import { parseDefaultGrants } from "../../../src/domain/grants/default-grants.ts";
import type { EntityPattern, Grant, Verb } from "../../../src/domain/grants/grant.ts";
import type { UserId } from "../../../src/domain/identity/identity.ts";
import type { EntityId } from "../../../src/domain/subscription/subscription.ts";
import type { EpochSeconds } from "../../../src/domain/time.ts";

const NOW = 1000;

type Question = {
  readonly userId?: string;
  readonly token?: readonly string[];
  readonly defaults?: string;
  readonly list?: readonly AccessEntry[] | undefined;
  readonly entityId?: string;
  readonly verb?: string;
};

const grant = (pattern: string, verb = "subscribe"): Grant => ({
  verb: verb as Verb,
  pattern: pattern as EntityPattern,
});

function granted(pattern: string, until?: number, at = 500): AccessEntry {
  const end = until === undefined ? {} : { until: until as EpochSeconds };
  return { ...grant(pattern), granted: { at: at as EpochSeconds, ...end } };
}

const withdrawn = (pattern: string, at = 600): AccessEntry => ({ ...grant(pattern), withdrawnAt: at as EpochSeconds });

function decide(question: Question): AccessVerdict {
  const { userId = "ann", token = [], defaults = "none", entityId = "order-17", verb = "subscribe" } = question;
  const defaultGrants = parseDefaultGrants(defaults);
  if (defaultGrants === undefined) throw new Error(`${defaults} is no setting`);
  const grants = token.map((pattern) => grant(pattern));
  return decideAccess(
    { requester: { userId: userId as UserId, grants }, verb: verb as Verb, entityId: entityId as EntityId },
    { defaultGrants, list: "list" in question ? question.list : [], now: NOW as EpochSeconds },
  );
}

describe("a subscription is allowed", () => {
  it.each<[string, Question]>([
    ["the id", { token: ["order-17"] }],
    ["the beginning of the id", { token: ["news-*", "order-*"] }],
    ["everything", { token: ["*"] }],
    ["the id, whatever the list says", { token: ["order-17"], list: [withdrawn("*", NOW)] }],
    ["the id, without the list", { token: ["order-17"], list: undefined }],
    ["attack:H5 the id that is a star", { token: ["*"], entityId: "*" }],
  ])("by a token that grants %s", (_row, question) => {
    expect(decide(question)).toEqual({ kind: "allowed", rule: "TOKEN_GRANT" });
  });

  it.each<[string, Question]>([
    ["the id", { defaults: "subscribe:order-17" }],
    ["the id, without the list", { defaults: "subscribe:news-*,subscribe:order-*", list: undefined }],
    ["the user's own", { defaults: "subscribe:inbox/{userId}/*", entityId: "inbox/ann/1" }],
  ])("by a deployment that grants %s", (_row, question) => {
    expect(decide(question)).toEqual({ kind: "allowed", rule: "DEFAULT_GRANT" });
  });

  it("by the token first, and by the deployment before the list", () => {
    const list = [granted("*")];

    expect(decide({ token: ["*"], defaults: "subscribe:*", list })).toMatchObject({ rule: "TOKEN_GRANT" });
    expect(decide({ defaults: "subscribe:*", list })).toMatchObject({ rule: "DEFAULT_GRANT" });
    expect(decide({ list })).toMatchObject({ rule: "TABLE_GRANT" });
  });

  it.each<[string, readonly AccessEntry[], number | undefined]>([
    ["without an end", [granted("order-*")], undefined],
    ["that ends in the next second", [granted("order-*", NOW + 1)], NOW + 1],
    ["the last of several ends counts", [granted("order-17", 1500), granted("*", 2000), granted("o*", 1200)], 2000],
    ["no end is later than any, as the first", [granted("*"), granted("order-17", 1500)], undefined],
    ["no end is later than any, as the last", [granted("order-17", 1500), granted("*")], undefined],
    ["no end is later than any, in the middle", [granted("order-17", 1500), granted("*"), granted("o*", 2)], undefined],
    ["one that has ended gives no end", [granted("order-17", NOW), granted("*", 1500)], 1500],
    ["one that was withdrawn gives no end", [granted("o*"), withdrawn("o*"), granted("*", 1500)], 1500],
    ["one of another entity gives no end", [granted("news-*"), granted("*", 1500)], 1500],
    ["a narrower pattern was withdrawn", [granted("order-*"), withdrawn("order-17")], undefined],
    ["withdrawn in the second before", [granted("order-*", undefined, 601), withdrawn("*", 600)], undefined],
  ])("by a grant of the list: %s", (_row, list, until) => {
    expect(decide({ list })).toEqual({ kind: "allowed", rule: "TABLE_GRANT", until });
  });
});

describe("attack:H1 a subscription is denied", () => {
  it.each<[string, Question, string | undefined]>([
    ["nothing is granted", {}, undefined],
    ["other ids are granted", { token: ["order-18", "news-*"] }, "subscribe:order-18"],
    ["the id is granted but for its end", { token: ["order-1", "order-170"] }, "subscribe:order-170"],
    ["another user's own is asked for", otherUsers("ann-lee"), "subscribe:inbox/ann/*"],
    ["the own of a user whose id is a beginning is asked for", otherUsers("an"), "subscribe:inbox/ann/*"],
    ["only the withdrawal of another pattern is there", { list: [withdrawn("news-*")] }, undefined],
    ["only its withdrawal is there", { list: [withdrawn("order-17")] }, undefined],
    ["the list has other ids", { list: [withdrawn("order-1"), granted("order-18")] }, "subscribe:order-18"],
    [
      "attack:H5 the id looks like a pattern of what is granted",
      { token: ["order-17"], entityId: "order-*" },
      "subscribe:order-17",
    ],
    ["attack:H5 the id is a star", { token: ["order-17"], entityId: "*" }, undefined],
    ["attack:E8 the id looks like what is granted", { token: ["order-1*"], entityId: "\u043erder-17" }, undefined],
  ])("if %s", (_row, question, closest) => {
    expect(decide(question)).toEqual({ kind: "denied", rule: "NOT_GRANTED", closest });
  });

  function otherUsers(id: string): Question {
    return { defaults: "subscribe:inbox/{userId}/*", entityId: `inbox/${id}/1` };
  }

  it.each<[string, readonly AccessEntry[], string]>([
    ["in this second", [granted("order-17", NOW)], "subscribe:order-17"],
    ["long ago", [granted("news-*"), granted("order-*", 501)], "subscribe:order-*"],
    [
      "and another one was withdrawn",
      [granted("order-1*"), withdrawn("order-1*"), granted("order-*", NOW)],
      "subscribe:order-*",
    ],
  ])("if the grant of the list has ended: %s", (_row, list, closest) => {
    expect(decide({ list })).toEqual({ kind: "denied", rule: "GRANT_ENDED", closest });
  });

  it.each<[string, readonly AccessEntry[], string]>([
    ["by its pattern", [granted("order-17"), withdrawn("order-17")], "subscribe:order-17"],
    ["by a wider one", [withdrawn("*"), granted("news-*"), granted("order-*")], "subscribe:order-*"],
    ["in its second", [granted("order-17", undefined, 600), withdrawn("order-17", 600)], "subscribe:order-17"],
    ["and has ended too", [granted("order-17", 700), withdrawn("order-17")], "subscribe:order-17"],
  ])("attack:H4 if the grant of the list was withdrawn: %s", (_row, list, closest) => {
    expect(decide({ list })).toEqual({ kind: "denied", rule: "GRANT_WITHDRAWN", closest });
  });

  it("with the grant that shares most of the id, the first of several", () => {
    const question = { token: ["oz*", "order-18"], defaults: "subscribe:order-19", list: [granted("order-2")] };

    expect(decide(question)).toMatchObject({ closest: "subscribe:order-18" });
    expect(decide({ ...question, list: [granted("order-178")] })).toMatchObject({ closest: "subscribe:order-178" });
    expect(decide({ ...question, defaults: "subscribe:order-17x" })).toMatchObject({ closest: "subscribe:order-17x" });
  });
});

describe("a grant of one verb", () => {
  it.each<[string, Question]>([
    ["of the token", { token: ["*"] }],
    ["of the deployment", { defaults: "subscribe:*" }],
    ["of the list", { list: [granted("order-17")] }],
  ])("%s allows nothing of another, and is not the closest", (_row, question) => {
    expect(decide({ ...question, verb: "publish" })).toEqual({
      kind: "denied",
      rule: "NOT_GRANTED",
      closest: undefined,
    });
    expect(decide(question)).toMatchObject({ kind: "allowed" });
  });
});

describe("without the list", () => {
  it("nothing is decided that token and deployment do not allow", () => {
    expect(decide({ token: ["order-1"], defaults: "subscribe:news-*", list: undefined })).toEqual({
      kind: "undecided",
      rule: "TABLE_NEEDED",
    });
  });
});
