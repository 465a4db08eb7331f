import { assert, describe, it } from "@effect/vitest"
import * as Arg from "../../src/commands/Arg.ts"
import { categoriesOf } from "../../src/commands/aclCategories.ts"
import { make } from "../../src/commands/Command.ts"
import { hasKeys, keysOf, legacyRange } from "../../src/commands/keySpecs.ts"
import { Request } from "../../src/protocol/Request.ts"
import type { Command, CommandFacts, KeySpec } from "../../src/services/CommandTable.ts"

const index = (position: number): KeySpec["begin"] => ({ _tag: "Index", position })
const keyword = (keyword: string, startFrom: number): KeySpec["begin"] => ({ _tag: "Keyword", keyword, startFrom })
const range = (lastKey: number, step = 1, limit = 0): KeySpec["find"] => ({ _tag: "Range", lastKey, step, limit })
const counted: KeySpec["find"] = { _tag: "KeyNumber", position: 0, firstKey: 1, step: 1 }
const spec = (begin: KeySpec["begin"], find: KeySpec["find"], ...flags: KeySpec["flags"]): KeySpec => ({
  begin,
  find,
  flags
})

const declare = (keySpecs: ReadonlyArray<KeySpec>, facts: Partial<CommandFacts> = {}): Command =>
  make("ANY", {
    summary: "A command of this test.",
    since: "1.0.0",
    group: "generic",
    complexity: "O(1)",
    flags: [],
    ...facts,
    args: { rest: Arg.text.many().optional() },
    keySpecs,
    run: () => null
  })

const positions = (specs: ReadonlyArray<KeySpec>, request: string): ReadonlyArray<number> =>
  keysOf(declare(specs), Request.of(request.split(" "))).map(({ position }) => position)

describe("the keys of a request", () => {
  const one = [spec(index(1), range(0), "RO")]
  const all = [spec(index(1), range(-1), "RO")]
  const pairs = [spec(index(1), range(-1, 2), "OW")]
  const allButLast = [spec(index(1), range(-2), "RW")]
  const zunionstore = [spec(index(1), range(0), "OW"), spec(index(2), counted, "RO")]
  const xread = [spec(keyword("STREAMS", 1), range(-1, 1, 2), "RO")]
  const migrate = [spec(keyword("KEYS", -2), range(-1), "RW")]

  for (
    const [name, specs, request, expected] of [
      ["one key", one, "GET a", [1]],
      ["all arguments", all, "DEL a b c", [1, 2, 3]],
      ["every other argument", pairs, "MSET a 1 b 2", [1, 3]],
      ["all arguments but the last", allButLast, "BLPOP a b 0", [1, 2]],
      ["as many as a number says", zunionstore, "ZUNIONSTORE to 2 a b WEIGHTS 1 2", [1, 3, 4]],
      ["the first half behind a keyword", xread, "XREAD COUNT 2 streams a b 0 0", [4, 5]],
      ["none where the keyword is missing", xread, "XREAD COUNT 2", []],
      ["those behind a keyword that is looked for from the end", migrate, "MIGRATE h 1 KEYS 0 5 KEYS a b", [7, 8]],
      ["none where the number is too large", zunionstore, "ZUNIONSTORE to 5 a b", []],
      ["none where the number is no number", zunionstore, "ZUNIONSTORE to x a b", []],
      ["none where the number is negative", zunionstore, "ZUNIONSTORE to -1 a b", []],
      ["none where they should be beyond the end", one, "GET", []]
    ] as const
  ) {
    it(`are ${name}`, () => assert.deepStrictEqual(positions(specs, request), [...expected]))
  }

  it("do not include what only looks like a key", () => {
    assert.deepStrictEqual(positions([spec(index(1), range(0), "NOT_KEY")], "SPUBLISH channel message"), [])
    assert.isFalse(hasKeys(declare([spec(index(1), range(0), "NOT_KEY")])))
    assert.isTrue(hasKeys(declare(one)))
  })

  it("are unknown where a spec cannot tell them", () => {
    assert.deepStrictEqual(positions([...one, spec({ _tag: "Unknown" }, { _tag: "Unknown" }, "RO")], "SORT a"), [])
    assert.deepStrictEqual(positions([spec(index(1), range(0), "RW", "INCOMPLETE")], "MIGRATE a"), [])
  })

  it("carry the flags of their spec", () => {
    const keys = keysOf(declare(zunionstore), Request.of(["ZUNIONSTORE", "to", "1", "a"]))
    assert.deepStrictEqual(keys, [{ position: 1, flags: ["OW"] }, { position: 3, flags: ["RO"] }])
  })
})

describe("the key range that COMMAND shows", () => {
  const shown = (...specs: ReadonlyArray<KeySpec>) => {
    const { first, isMovable, last, step } = legacyRange(declare(specs))
    return [first, last, step, isMovable]
  }

  it("is empty without keys", () => assert.deepStrictEqual(shown(), [0, 0, 0, false]))
  it("is one spec as it is", () => {
    assert.deepStrictEqual(shown(spec(index(1), range(-1, 2), "OW")), [1, -1, 2, false])
    assert.deepStrictEqual(shown(spec(index(2), range(1), "OW")), [2, 3, 1, false])
  })
  it("joins specs that follow one another", () => {
    assert.deepStrictEqual(shown(spec(index(1), range(0), "OW"), spec(index(2), range(0), "RO")), [1, 2, 1, false])
    assert.deepStrictEqual(shown(spec(index(1), range(0), "OW"), spec(index(2), range(-1), "RO")), [1, -1, 1, false])
  })
  it("is movable where it is not everything", () => {
    assert.deepStrictEqual(shown(spec(index(1), range(0), "OW"), spec(index(2), counted, "RO")), [1, 1, 1, true])
    assert.deepStrictEqual(shown(spec(index(1), range(0), "OW"), spec(index(4), range(0), "RO")), [1, 1, 1, true])
    assert.deepStrictEqual(shown(spec(index(1), range(0), "OW", "INCOMPLETE")), [1, 1, 1, true])
    assert.deepStrictEqual(shown(spec(keyword("STREAMS", 1), range(-1, 1, 2), "RO")), [0, 0, 0, true])
  })
})

describe("the access-control categories", () => {
  for (
    const [facts, expected] of [
      [{ flags: ["write", "fast"], categories: ["string"] }, ["write", "string", "fast"]],
      [{ flags: ["readonly"] }, ["read", "slow"]],
      [{ flags: ["readonly"], categories: ["scripting"] }, ["slow", "scripting"]],
      [{ flags: ["admin"] }, ["admin", "slow", "dangerous"]],
      [{ flags: ["pubsub", "blocking"] }, ["pubsub", "slow", "blocking"]]
    ] as const
  ) {
    it(`of ${JSON.stringify(facts)} are ${expected.join(", ")}`, () => {
      assert.deepStrictEqual(categoriesOf(declare([], facts)), [...expected])
    })
  }
})
