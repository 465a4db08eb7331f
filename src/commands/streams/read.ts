/**
 * XREAD and XREADGROUP: new entries of several streams, for which a client can wait. How they are found is in `ReadAttempts`.
 */
import * as ByteString from "../../data/ByteString.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, isCommandError, syntaxFailure } from "../../protocol/CommandError.ts"
import { nullArray } from "../../protocol/Reply.ts"
import type { CommandContext } from "../../services/CommandContext.ts"
import type { Answer, KeySpec } from "../../services/CommandTable.ts"
import * as Arg from "../Arg.ts"
import { timeoutMillis } from "../blocking.ts"
import { make } from "../Command.ts"
import { argLoop } from "./argLoop.ts"
import { type GroupReader, ReadAttempts, type Source } from "./ReadAttempts.ts"

interface Reading {
  readonly sources: ReadonlyArray<Source>
  /** Of each stream; Infinity is no limit. */
  readonly count: number
  /** `undefined` where the client does not wait, 0 where it waits for as long as it takes. */
  readonly blockMillis: number | undefined
  readonly group: GroupReader | undefined
}

const groupOfXread = new Failure("The GROUP option is only supported by XREADGROUP. You called XREAD instead.")
const noackOfXread = new Failure("The NOACK option is only supported by XREADGROUP. You called XREAD instead.")
const missingGroup = new Failure("Missing GROUP option for XREADGROUP")
const unbalanced = (name: string, id: string): Failure =>
  new Failure(`Unbalanced '${name}' list of streams: for each stream key an ID or '${id}' must be specified.`)
const unbalancedXread = unbalanced("xread", "$")
const unbalancedXreadgroup = unbalanced("xreadgroup", ">")

/** Reads the options and the streams behind them. What a client needs while it waits is copied. */
const readReading = (forGroup: boolean) => (reader: ArgReader): Reading | CommandError => {
  const { request } = reader
  let blockMillis: number | undefined
  let count = Infinity
  let names: { readonly group: string; readonly consumer: string } | undefined
  let acknowledges = false
  while (!(reader.accepts("STREAMS") && reader.remaining >= 2)) {
    if (reader.isAtEnd) return syntaxFailure
    if (reader.accepts("BLOCK") && reader.remaining >= 2) {
      reader.position++
      const millis = timeoutMillis.decoder.read(reader)
      if (isCommandError(millis)) return millis
      blockMillis = millis
    } else if (reader.accepts("COUNT") && reader.remaining >= 2) {
      reader.position++
      const given = Arg.count.decoder.read(reader)
      if (isCommandError(given)) return given
      count = given <= 0 ? Infinity : given
    } else if (reader.accepts("GROUP") && reader.remaining >= 3) {
      if (!forGroup) return groupOfXread
      const textAt = (i: number): string => ByteString.toText(request.bytes(i))
      names = { group: textAt(reader.position + 1), consumer: textAt(reader.position + 2) }
      reader.position += 3
    } else if (reader.accepts("NOACK")) {
      if (!forGroup) return noackOfXread
      acknowledges = true
      reader.position++
    } else {
      return syntaxFailure
    }
  }
  reader.position++
  if (reader.remaining % 2 !== 0) return forGroup ? unbalancedXreadgroup : unbalancedXread
  if (forGroup && names === undefined) return missingGroup
  const streams = reader.remaining / 2
  const sources: Array<Source> = []
  for (let i = reader.position; i < reader.position + streams; i++) {
    const key = request.key(i, reader.hasher)
    const id = request.text(i + streams)
    sources.push(blockMillis === undefined ? { key, id } : { key: key.copy(), id: ByteString.flatCopy(id) })
  }
  reader.position = request.length
  return { sources, count, blockMillis, group: names === undefined ? undefined : { ...names, acknowledges } }
}

/** Called by XREAD and XREADGROUP. */
const read = (context: CommandContext, { blockMillis, count, group, sources }: Reading): Answer => {
  const attempts = new ReadAttempts(context, sources, count, group)
  const attempt = () => attempts.next()
  if (blockMillis === undefined) return attempt() ?? nullArray
  return context.blocking.run(context.client, {
    keys: sources.map(({ key }) => key),
    type: "stream",
    wakesWithoutKey: group !== undefined,
    timeoutMillis: blockMillis,
    attempt,
    timedOut: nullArray
  })
}

/** The first half of what follows STREAMS. */
const streamKeys = (startFrom: number): ReadonlyArray<KeySpec> => [{
  flags: ["RO", "ACCESS"],
  begin: { _tag: "Keyword", keyword: "STREAMS", startFrom },
  find: { _tag: "Range", lastKey: -1, step: 1, limit: 2 }
}]

const count = Arg.count.after("COUNT").optional()
const milliseconds = Arg.count.after("BLOCK").optional()
const streams = Arg.block({ key: Arg.key("RO", "ACCESS").many(), id: Arg.text.named("ID").many() }).after("STREAMS")

export const xread = make("XREAD", {
  summary: "Returns the entries of streams behind given ids, and waits for some if it is told to.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N) for each stream, where N is the number of entries returned.",
  flags: ["blocking", "readonly"],
  categories: ["stream"],
  keySpecs: streamKeys(1),
  args: { reading: argLoop({ count, milliseconds, streams }, 3, readReading(false)) },
  run: (context, { reading }) => read(context, reading)
})

export const xreadgroup = make("XREADGROUP", {
  summary: "Returns entries of streams that no consumer of a group has been given, or what is pending for a consumer.",
  since: "5.0.0",
  group: "stream",
  complexity: "O(N) for each stream, where N is the number of entries returned.",
  flags: ["blocking", "write"],
  categories: ["stream"],
  keySpecs: streamKeys(4),
  args: {
    reading: argLoop(
      {
        groupBlock: Arg.block({ group: Arg.text, consumer: Arg.text }).after("GROUP"),
        count,
        milliseconds,
        noack: Arg.flag("NOACK"),
        streams
      },
      6,
      readReading(true)
    )
  },
  run: (context, { reading }) => read(context, reading)
})
