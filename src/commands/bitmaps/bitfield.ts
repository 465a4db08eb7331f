/**
 * BITFIELD and BITFIELD_RO: integers of any width in a string, several in one step.
 */
import * as BitField from "../../data/BitField.ts"
import { type Int64, parseInt64 } from "../../data/Int64.ts"
import type { Key } from "../../data/Key.ts"
import { MutableBytes } from "../../data/MutableBytes.ts"
import { byteAt } from "../../data/StringValue.ts"
import { isString } from "../../data/Value.ts"
import {
  type CommandError,
  Failure,
  isCommandError,
  notInteger,
  syntaxFailure,
  wrongType
} from "../../protocol/CommandError.ts"
import type { Reply } from "../../protocol/Reply.ts"
import type { Request } from "../../protocol/Request.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import * as Arg from "../Arg.ts"
import * as Command from "../Command.ts"
import { mutableString } from "../mutableString.ts"
import { bitOffset } from "./offset.ts"

const encodingAndOffset = { encoding: Arg.text, offset: Arg.text.typed("integer") }

/** What COMMAND DOCS shows of one operation, and then of one that only reads. */
const operation = Arg.oneOf({
  getBlock: Arg.block(encodingAndOffset).after("GET"),
  write: Arg.block({
    overflowBlock: Arg.oneOf({ wrap: Arg.token("WRAP"), sat: Arg.token("SAT"), fail: Arg.token("FAIL") })
      .after("OVERFLOW").optional(),
    writeOperation: Arg.oneOf({
      setBlock: Arg.block({ ...encodingAndOffset, value: Arg.integer }).after("SET"),
      incrbyBlock: Arg.block({ ...encodingAndOffset, increment: Arg.integer }).after("INCRBY")
    })
  })
})
const getBlock = Arg.block(encodingAndOffset).after("GET").repeated()

/** Any number of operations, as they were written: how far their offsets may go is a matter of the configuration. */
const written = ({ spec }: Arg.Arg<unknown>) =>
  new Arg.Arg<ReadonlyArray<string>>({ ...spec, optional: true, multiple: true }, {
    ...Arg.text.many().decoder,
    minimum: 0,
    inPlace: true
  })

export const bitfield = Command.make("BITFIELD", {
  summary: "Reads, sets and increments integers of any width within a string, in one step.",
  since: "3.2.0",
  group: "bitmap",
  complexity: "O(1) for each operation",
  flags: ["write", "denyoom"],
  categories: ["bitmap"],
  args: { key: Arg.key("RW", "UPDATE", "ACCESS", "VARIABLE_FLAGS"), operation: written(operation) },
  getKeys: (request) => [{ position: 1, flags: isReading(request) ? ["RO", "ACCESS"] : ["RW", "ACCESS", "UPDATE"] }],
  run: (context, { key, operation }) => {
    const operations = parse(operation, context.config.values["proto-max-bulk-len"])
    if (isCommandError(operations)) return operations
    return operations.every(isGet) ? readAll(context, key, operations) : runAll(context, key, operations)
  }
})

export const bitfieldRo = Command.make("BITFIELD_RO", {
  summary: "Reads integers of any width within a string, in one step.",
  since: "6.0.0",
  group: "bitmap",
  complexity: "O(1) for each operation",
  flags: ["readonly", "fast"],
  categories: ["bitmap"],
  args: { key: Arg.key("RO", "ACCESS"), getBlock: written(getBlock) },
  run: (context, { getBlock, key }) => {
    const operations = parse(getBlock, context.config.values["proto-max-bulk-len"])
    if (isCommandError(operations)) return operations
    return operations.every(isGet) ? readAll(context, key, operations) : readsOnly
  }
})

interface Get {
  readonly _tag: "GET"
  readonly field: BitField.BitField
}

interface Write {
  readonly _tag: "SET" | "INCRBY"
  readonly field: BitField.BitField
  /** To be set, or to be added. */
  readonly value: Int64
  readonly overflow: BitField.Overflow
}

type Operation = Get | Write

const isGet = (operation: Operation): operation is Get => operation._tag === "GET"

const parse = (words: ReadonlyArray<string>, maxBytes: number): ReadonlyArray<Operation> | CommandError => {
  const operations: Array<Operation> = []
  let overflow: BitField.Overflow = "WRAP"
  for (let i = 0; i < words.length;) {
    const [name = "", ...rest] = words.slice(i, i + 4)
    const tag = name.toUpperCase()
    if (tag === "OVERFLOW" && rest.length >= 1) {
      const chosen = rest[0]?.toUpperCase()
      if (chosen !== "WRAP" && chosen !== "SAT" && chosen !== "FAIL") return invalidOverflow
      overflow = chosen
      i += 2
      continue
    }
    // To Redis an operation with an argument too few is none.
    if (!(tag === "GET" && rest.length >= 2 || (tag === "SET" || tag === "INCRBY") && rest.length >= 3)) {
      return syntaxFailure
    }
    const [encoding = "", offset = "", number = ""] = rest
    const field = fieldOf(encoding, offset, maxBytes)
    if (isCommandError(field)) return field
    if (tag === "GET") {
      operations.push({ _tag: tag, field })
      i += 3
    } else {
      const value = parseInt64(number)
      if (value === undefined) return notInteger
      operations.push({ _tag: tag, field, value, overflow })
      i += 4
    }
  }
  return operations
}

/** An encoding is `i` for integers with a sign or `u` for those without, and their width in bits. */
const fieldOf = (encoding: string, offsetText: string, maxBytes: number): BitField.BitField | Failure => {
  const isSigned = encoding.startsWith("i")
  if (!isSigned && !encoding.startsWith("u")) return invalidType
  // Redis reads the width as a C string, which ends at a NUL.
  const [width = ""] = encoding.slice(1).split("\0", 1)
  const bits = Number(parseInt64(width) ?? 0)
  if (bits < 1 || bits > (isSigned ? 64 : 63)) return invalidType
  const offset = bitOffset(offsetText, maxBytes, bits)
  return isCommandError(offset) ? offset : { isSigned, bits, offset }
}

const readAll = ({ database }: CommandContext, key: Key, operations: ReadonlyArray<Get>): Reply => {
  const value = database.read(key) ?? ""
  if (!isString(value)) return wrongType
  return operations.map(({ field }) => BitField.read((index) => byteAt(value, index), field))
}

const runAll = ({ database }: CommandContext, key: Key, operations: ReadonlyArray<Operation>): Reply => {
  const existing = database.find(key)
  if (existing !== undefined && !isString(existing)) return wrongType
  const length = operations.reduce((end, operation) => isGet(operation) ? end : Math.max(end, endOf(operation)), 0)
  const value = existing === undefined
    ? new MutableBytes("", length)
    : mutableString(database, key, existing)
  const replies: Array<Reply> = []
  const change = (value: MutableBytes): number => {
    // Where the string has grown, each write is a change, also one of a zero into zeros.
    const grows = length > value.length
    value.grow(length)
    return value.edit((bytes) => {
      let changes = 0
      for (const operation of operations) {
        const before = BitField.read((index) => bytes[index] ?? NaN, operation.field)
        if (isGet(operation)) {
          replies.push(before)
          continue
        }
        const after = resultOf(operation, before)
        replies.push(after === undefined ? null : operation._tag === "SET" ? before : after)
        if (after === undefined) continue
        BitField.write(bytes, operation.field, after)
        if (grows || after !== before) changes++
      }
      // Redis tells nobody that a string has grown where OVERFLOW FAIL has kept all writes from it.
      return grows ? Math.max(changes, 1) : changes
    })
  }
  if (existing !== undefined) {
    database.modify(key, value, change)
  } else {
    change(value)
    database.set(key, value)
  }
  return replies
}

/** In bytes. */
const endOf = ({ field: { bits, offset } }: Write): number => Math.floor((offset + bits - 1) / 8) + 1

const resultOf = ({ _tag, field, overflow, value }: Write, before: Int64): Int64 | undefined =>
  _tag === "SET" ? BitField.set(field, value, overflow) : BitField.add(field, before, value, overflow)

/** Whether a request of BITFIELD only reads; one that is not well-formed counts as one that writes. */
const isReading = (request: Request): boolean => {
  let i = 2
  while (i < request.length) {
    const rest = request.length - i - 1
    if (request.equalsIgnoreCase(i, "GET") && rest >= 2) i += 3
    else if (request.equalsIgnoreCase(i, "OVERFLOW") && rest >= 1) i += 2
    else return false
  }
  return true
}

const invalidOverflow = new Failure("Invalid OVERFLOW type specified")
const invalidType = new Failure(
  "Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is."
)
const readsOnly = new Failure("BITFIELD_RO only supports the GET subcommand")
