import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { MapReply, type Reply, SetReply, SimpleString } from "../../../src/protocol/Reply.ts"
import { Engine, engine } from "../../support/Engine.ts"
import { readable, table } from "./replies.ts"

const set = (...words: ReadonlyArray<string>) => new SetReply(words.map((word) => new SimpleString(word)))

const getDetails: Reply = [
  "get",
  2,
  set("readonly", "fast"),
  1,
  1,
  1,
  set("@read", "@string", "@fast"),
  new SetReply([]),
  new SetReply([
    new MapReply([
      "flags",
      set("RO", "access"),
      "begin_search",
      new MapReply(["type", "index", "spec", new MapReply(["index", 1])]),
      "find_keys",
      new MapReply(["type", "range", "spec", new MapReply(["lastkey", 0, "keystep", 1, "limit", 0])])
    ])
  ]),
  new SetReply([])
]

describe("COMMAND", () => {
  it.layer(engine())((it) => {
    it.effect("COUNT, COMMAND and INFO agree about the number of commands", () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        const count = yield* call("COMMAND", "COUNT")
        assert.isAbove(Number(count), 60)
        assert.lengthOf((yield* call("COMMAND")) as ReadonlyArray<Reply>, Number(count))
        assert.lengthOf((yield* call("COMMAND", "INFO")) as ReadonlyArray<Reply>, Number(count))
        const docs = yield* call("COMMAND", "DOCS")
        assert.lengthOf(docs instanceof MapReply ? docs.pairs : [], 2 * Number(count))
      }))

    it.effect("INFO tells ten facts of a command, null of what is none", () =>
      table([
        [["COMMAND", "INFO", "GET"], [getDetails]],
        [["COMMAND", "INFO", "nope", "get", "get|key", "config|get|key"], [null, getDetails, null, null]]
      ]))

    it.effect("INFO of a container has its subcommands inside, and knows them by their full names", () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        const [memory] = (yield* call("COMMAND", "INFO", "memory")) as ReadonlyArray<ReadonlyArray<Reply>>
        const [usage] = (yield* call("COMMAND", "INFO", "Memory|Usage")) as ReadonlyArray<ReadonlyArray<Reply>>
        const inside = memory?.[9] as ReadonlyArray<ReadonlyArray<Reply>>
        assert.deepStrictEqual(inside.find(([name]) => name === "memory|usage"), usage)
        assert.deepStrictEqual(usage?.slice(0, 6), ["memory|usage", -3, set("readonly"), 2, 2, 1])
      }))

    it.effect("DOCS shows the arguments as a tree, and leaves out what it does not know", () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        assert.deepStrictEqual(
          yield* call("COMMAND", "DOCS", "nope", "config|set"),
          new MapReply([
            "config|set",
            new MapReply([
              "summary",
              "Sets directives: all that are given, or none when one of them is refused.",
              "since",
              "2.0.0",
              "group",
              "server",
              "complexity",
              "O(N) where N is the number of directives that are given",
              "arguments",
              [
                new MapReply([
                  "name",
                  "data",
                  "type",
                  "block",
                  "flags",
                  set("multiple"),
                  "arguments",
                  ["parameter", "value"].map((name) =>
                    new MapReply(["name", name, "type", "string", "display_text", name])
                  )
                ])
              ]
            ])
          ])
        )
      }))

    it.effect("DOCS shows tokens, versions and what has replaced a command", () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        const docs = JSON.stringify(yield* call("COMMAND", "DOCS", "setnx", "set"))
        assert.include(
          docs,
          JSON.stringify(["doc_flags", set("deprecated"), "deprecated_since", "2.6.12"]).slice(1, -1)
        )
        assert.include(docs, `"token","GET","since","6.2.0"`)
        assert.include(docs, `"key_spec_index",0`)
      }))

    it.effect("LIST names all commands with their subcommands, or what a filter lets through", () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        const all = (yield* call("COMMAND", "LIST")) as ReadonlyArray<Reply>
        assert.includeMembers([...all], ["set", "config", "config|get"])
        const strings = (yield* call("COMMAND", "LIST", "FILTERBY", "ACLCAT", "STRING")) as ReadonlyArray<Reply>
        assert.includeMembers([...strings], ["get", "mset"])
        assert.notInclude(strings, "del")
      }))

    it.effect("LIST answers filters and errors as Redis does", () =>
      table([
        [["COMMAND", "LIST", "filterby", "pattern", "CONFIG|RE*"], ["config|resetstat", "config|rewrite"]],
        [["COMMAND", "LIST", "FILTERBY", "ACLCAT", "nope"], []],
        [["COMMAND", "LIST", "FILTERBY", "MODULE", "nope"], []],
        [["COMMAND", "LIST", "nope"], "-ERR syntax error"],
        [["COMMAND", "LIST", "FILTERBY", "nope"], "-ERR syntax error"],
        [["COMMAND", "LIST", "FILTERBY", "nope", "x"], "-ERR syntax error"],
        [["COMMAND", "LIST", "FILTERBY", "PATTERN", "a", "FILTERBY", "PATTERN", "b"], "-ERR syntax error"]
      ]))

    it.effect("GETKEYS and GETKEYSANDFLAGS take a request apart", () =>
      table([
        [["COMMAND", "GETKEYS", "GET", "k"], ["k"]],
        [["COMMAND", "GETKEYS", "mset", "a", "1", "b", "2"], ["a", "b"]],
        [["COMMAND", "GETKEYS", "LCS", "a", "b"], ["a", "b"]],
        [["COMMAND", "GETKEYS", "MEMORY", "USAGE", "k"], ["k"]],
        [["COMMAND", "GETKEYSANDFLAGS", "SET", "k", "v"], [["k", set("OW", "update")]]],
        [["COMMAND", "GETKEYSANDFLAGS", "SET", "k", "v", "get"], [["k", set("RW", "access", "update")]]],
        [["COMMAND", "GETKEYS", "PING"], "-ERR The command has no key arguments"],
        [["COMMAND", "GETKEYS", "nope", "k"], "-ERR Invalid command specified"],
        [["COMMAND", "GETKEYS", "MEMORY", "nope", "k"], "-ERR Invalid command specified"],
        [["COMMAND", "GETKEYS", "GET"], "-ERR Invalid number of arguments specified for command"],
        [["COMMAND", "GETKEYS"], "-ERR wrong number of arguments for 'command|getkeys' command"],
        [["COMMAND", "nope"], "-ERR unknown subcommand 'nope'. Try COMMAND HELP."]
      ]))

    it.effect("HELP lists every subcommand", () =>
      Effect.gen(function*() {
        const { call } = yield* Engine
        const lines = ((yield* call("COMMAND", "HELP")) as ReadonlyArray<Reply>).map(readable)
        assert.strictEqual(lines[0], "COMMAND <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
        assert.include(lines, "INFO [<command-name> [<command-name> ...]]")
        assert.include(lines, "HELP")
      }))
  })
})
