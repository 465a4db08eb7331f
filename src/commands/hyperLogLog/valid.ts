/**
 * What the commands of HyperLogLogs ask of a string, and what they answer where it is none.
 */
import { isHyperLogLog } from "../../data/HyperLogLog.ts"
import { isString, type StringValue, type Value } from "../../data/Value.ts"
import { type CommandError, Failure, wrongType } from "../../protocol/CommandError.ts"

/** The value as a HyperLogLog, whose registers may still be corrupt. */
export const validHyperLogLog = (value: Value): StringValue | CommandError => {
  if (!isString(value)) return wrongType
  return isHyperLogLog(value) ? value : notHyperLogLog
}

const notHyperLogLog = new Failure("Key is not a valid HyperLogLog string value.", "WRONGTYPE")

export const corrupt = new Failure("Corrupted HLL object detected", "INVALIDOBJ")
