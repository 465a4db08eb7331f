/**
 * DEBUG PROTOCOL: one reply of each type, for those who write clients.
 */
import { Failure } from "../../../protocol/CommandError.ts"
import {
  Attributed,
  BigNumber,
  Double,
  MapReply,
  Push,
  Replies,
  type Reply,
  SetReply,
  Verbatim
} from "../../../protocol/Reply.ts"
import * as Arg from "../../Arg.ts"
import { action } from "./action.ts"

const samples: ReadonlyMap<string, Reply> = new Map<string, Reply>([
  ["string", "Hello World"],
  ["integer", 12345],
  // oxlint-disable-next-line oxc/approx-constant -- The reference's sample is this number, not pi.
  ["double", new Double(3.141)],
  ["bignum", new BigNumber("1234567999999999999999999999999999999")],
  ["null", null],
  ["array", [0, 1, 2]],
  ["set", new SetReply([0, 1, 2])],
  ["map", new MapReply([0, false, 1, true, 2, false])],
  ["attrib", new Attributed(["key-popularity", ["key:123", 90]], "Some real reply following the attribute")],
  ["push", new Replies([new Push(["server-cpu-usage", 42]), "Some real reply following the push reply"])],
  ["verbatim", new Verbatim("This is a verbatim\nstring")],
  ["true", true],
  ["false", false]
])

const notInResp2 = new Failure("RESP2 is not supported by this command")
const unknownType = new Failure(
  "Wrong protocol type name. Please use one of the following: " +
    "string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false"
)

export const protocol = action("PROTOCOL", {
  summary:
    "Answers a sample of a type of replies: string, integer, double, bignum, null, array, set, map, attrib, push, verbatim, true, false.",
  args: { type: Arg.text },
  run: ({ client }, { type }) => {
    const name = type.toLowerCase()
    if (name === "push" && client.protocol < 3) return notInResp2
    const sample = samples.get(name)
    // One of the samples is null.
    return sample === undefined ? unknownType : sample
  }
})
