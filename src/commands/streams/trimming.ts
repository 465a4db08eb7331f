/**
 * How a stream is trimmed: the options that XADD and XTRIM share.
 */
import type { ShapeLimits } from "../../data/Shapes.ts"
import * as StreamId from "../../data/stream/StreamId.ts"
import type { StreamLog, Trimming } from "../../data/stream/StreamLog.ts"
import type { ArgReader } from "../../protocol/ArgReader.ts"
import { type CommandError, Failure, isCommandError } from "../../protocol/CommandError.ts"
import type { CommandWords } from "../../services/Propagation.ts"
import * as Arg from "../Arg.ts"
import { parseId } from "./ids.ts"

/** As COMMAND DOCS shows them. */
export const trim = Arg.block({
  strategy: Arg.oneOf({ maxlen: Arg.token("MAXLEN"), minid: Arg.token("MINID").since("6.2.0") }),
  operator: Arg.oneOf({ equal: Arg.token("="), approximately: Arg.token("~") }).optional(),
  threshold: Arg.text,
  count: Arg.count.after("LIMIT").optional().since("6.2.0")
})

/** What the options say, while they are read. */
export interface TrimOptions {
  /** The numbers of the arguments that say how far, and LIMIT; -1 where there is none. */
  thresholdAt: number
  limitAt: number
  threshold: { readonly maxLength: number } | { readonly minId: StreamId.StreamId } | undefined
  isApproximate: boolean
  limit: number | undefined
}

const bothStrategies = new Failure("syntax error, MAXLEN and MINID options at the same time are not compatible")
const negativeLength = new Failure("The MAXLEN argument must be >= 0.")
const negativeLimit = new Failure("The LIMIT argument must be >= 0.")
const limitWithoutStrategy = new Failure("syntax error, LIMIT cannot be used without specifying a trimming strategy")
const limitOfExact = new Failure("syntax error, LIMIT cannot be used without the special ~ option")

/** Reads the option that comes next, if it is one for trimming and has a value. Says whether it was. */
export const readTrimOption = (reader: ArgReader, options: TrimOptions): boolean | CommandError => {
  if (reader.remaining < 2) return false
  const isLength = reader.accepts("MAXLEN")
  if (isLength || reader.accepts("MINID")) {
    if (options.threshold !== undefined) return bothStrategies
    reader.position++
    options.isApproximate = reader.remaining >= 2 && reader.accepts("~")
    if (options.isApproximate || (reader.remaining >= 2 && reader.accepts("="))) reader.position++
    options.thresholdAt = reader.position
    const threshold = isLength ? readLength(reader) : readMinId(reader)
    if (isCommandError(threshold)) return threshold
    options.threshold = threshold
    return true
  }
  if (!reader.accepts("LIMIT")) return false
  reader.position++
  const limit = Arg.count.decoder.read(reader)
  if (isCommandError(limit)) return limit
  if (limit < 0) return negativeLimit
  options.limit = limit
  options.limitAt = reader.position - 2
  return true
}

const readLength = (reader: ArgReader): { readonly maxLength: number } | CommandError => {
  const maxLength = Arg.count.decoder.read(reader)
  if (isCommandError(maxLength)) return maxLength
  return maxLength < 0 ? negativeLength : { maxLength }
}

const readMinId = (reader: ArgReader): { readonly minId: StreamId.StreamId } | CommandError => {
  const minId = parseId(reader.request.text(reader.position++))
  return isCommandError(minId) ? minId : { minId }
}

/** What is wrong with options that were right one by one; `missing` is answered where nothing says how to trim. */
export const trimError = (
  { isApproximate, limit, threshold }: TrimOptions,
  missing: CommandError | undefined,
  isRepeated: boolean
): CommandError | undefined => {
  if (threshold === undefined && limit !== undefined && limit > 0) return limitWithoutStrategy
  if (threshold === undefined && missing !== undefined) return missing
  // Valkey's append-only file has the exact result of an approximate trimming, and its LIMIT still behind it.
  return limit !== undefined && !isApproximate && !isRepeated ? limitOfExact : undefined
}

/** Nothing has been said yet. */
export const noTrimOptions = (): TrimOptions => ({
  thresholdAt: -1,
  limitAt: -1,
  threshold: undefined,
  isApproximate: false,
  limit: undefined
})

/** The words of a request that has trimmed this log approximately, so that they trim another one, whose nodes may differ, to the same entries. */
export const exactly = (
  words: CommandWords,
  { limitAt, threshold, thresholdAt }: TrimOptions,
  log: StreamLog
): CommandWords => {
  const first = log.size === 0 ? StreamId.max : log.firstId
  const result = threshold !== undefined && "maxLength" in threshold ? String(log.size) : StreamId.format(first)
  const exact = words.with(thresholdAt - 1, "=").with(thresholdAt, result)
  // It belongs to approximate trimming alone.
  return limitAt < 0 ? exact : exact.toSpliced(limitAt, 2)
}

/** Approximate trimming is limited also where nobody asks for it, so that one command does not take long. */
export const trimmingOf = (
  { isApproximate, limit, threshold }: TrimOptions,
  limits: ShapeLimits
): Trimming | undefined => {
  if (threshold === undefined) return undefined
  const entries = isApproximate ? limit ?? defaultLimit(limits["stream-node-max-entries"]) : 0
  return { ...threshold, isApproximate, limit: entries === 0 ? Infinity : entries }
}

/** As many entries as are in 100 full nodes. */
const defaultLimit = (nodeEntries: number): number =>
  nodeEntries === 0 ? 10_000 : Math.min(100 * nodeEntries, 1_000_000)
