/**
 * How many bytes a value takes in a snapshot that is not compressed, as Redis writes one: for DEBUG OBJECT. Source: rdb.c.
 *
 * Of a quicklist the lengths that stand before its nodes are estimated, from what these hold on average.
 */
import type { ByteString } from "./ByteString.ts"
import { formatDouble } from "./Double.ts"
import type { HashValue } from "./HashValue.ts"
import { parseInt64 } from "./Int64.ts"
import * as Listpack from "./Listpack.ts"
import type { SetValue } from "./SetValue.ts"
import type { StreamValue } from "./StreamValue.ts"
import { toBytes } from "./StringValue.ts"
import { isString, type Value } from "./Value.ts"

export const serializedLength = (value: Value): number => {
  if (isString(value)) return textLength(toBytes(value))
  switch (value.type) {
    case "list": {
      if (value.quicklist === undefined) return 2 + blockLength(value.listpack?.length ?? 0)
      const { nodeCount, size } = value.quicklist
      return numberLength(nodeCount) + nodeCount * (1 + numberLength(size / nodeCount)) + size
    }
    case "set":
      return setLength(value)
    case "zset": {
      const isCompact = value.encoding === "listpack"
      let length = 0
      value.visit(0, value.size, false, (score, member) => {
        length += isCompact
          ? Listpack.entryBytes(member) + Listpack.entryBytes(formatDouble(score))
          : textLength(member) + doubleLength
      })
      return isCompact ? listpackLength(length) : numberLength(value.size) + length
    }
    case "hash":
      return hashLength(value)
    case "stream":
      return streamLength(value)
  }
}

const hashLength = (hash: HashValue): number => {
  const { encoding, soonestDeadline } = hash
  let length = 0
  hash.forEach((field, bytes, deadline) => {
    if (encoding === "hashtable") {
      length += textLength(field) + textLength(bytes)
      // Deadlines count from the soonest one, and 0 is none.
      if (soonestDeadline < Infinity) {
        length += numberLength(deadline === undefined ? 0 : deadline - soonestDeadline + 1)
      }
    } else {
      length += Listpack.entryBytes(field) + Listpack.entryBytes(bytes)
      if (encoding === "listpackex") length += Listpack.entryBytes(String(deadline ?? 0))
    }
  })
  return encoding === "hashtable" ? numberLength(hash.size) + length : listpackLength(length)
}

const setLength = (set: SetValue): number => {
  const { encoding } = set
  if (encoding === "intset") {
    // All members are as wide as the widest: that is how an intset begins, with that width and their number.
    let width = 2
    set.forEach((member) => {
      const value = Number(member)
      if (value < -(2 ** 31) || value >= 2 ** 31) width = 8
      else if (width === 2 && (value < -(2 ** 15) || value >= 2 ** 15)) width = 4
    })
    return blockLength(8 + width * set.size)
  }
  let length = 0
  set.forEach((member) => {
    length += encoding === "listpack" ? Listpack.entryBytes(member) : textLength(member)
  })
  return encoding === "listpack" ? listpackLength(length) : numberLength(set.size) + length
}

const streamLength = (stream: StreamValue): number => {
  const { groupCount, log } = stream
  let length = numberLength(log.nodeCount)
  log.forEachNode((_, listpack) => {
    length += blockLength(idLength) + blockLength(listpack.length)
  })
  const { entriesAdded, firstId, lastId, maxDeletedId, size } = log
  for (const number of [size, lastId.ms, lastId.seq, firstId.ms, firstId.seq]) length += numberLength(Number(number))
  for (const number of [maxDeletedId.ms, maxDeletedId.seq, entriesAdded]) length += numberLength(Number(number))
  length += numberLength(groupCount)
  stream.forEachGroup((group) => {
    length += textLength(group.name) + numberLength(Number(group.lastId.ms)) + numberLength(Number(group.lastId.seq))
    length += numberLength(Number(group.entriesRead ?? unknownCount)) + numberLength(group.pendingCount)
    group.forEachPending((_, { deliveries }) => {
      length += idLength + timeLength + numberLength(Number(deliveries))
      return true
    })
    length += numberLength(group.consumerCount)
    group.forEachConsumer(({ name, pendingCount }) => {
      length += textLength(name) + 2 * timeLength + numberLength(pendingCount) + pendingCount * idLength
    })
  })
  return length
}

/** A text behind its length; an integer of up to 32 bits is packed. */
const textLength = (bytes: ByteString): number => {
  const integer = bytes.length <= longestPacked ? parseInt64(bytes) : undefined
  if (typeof integer === "number") {
    if (integer >= -(2 ** 7) && integer < 2 ** 7) return 2
    if (integer >= -(2 ** 15) && integer < 2 ** 15) return 3
    if (integer >= -(2 ** 31) && integer < 2 ** 31) return 5
  }
  return blockLength(bytes.length)
}

const blockLength = (bytes: number): number => numberLength(bytes) + bytes

const listpackLength = (entryBytes: number): number => blockLength(Listpack.empty.length + entryBytes)

const numberLength = (number: number): number => number < 2 ** 6 ? 1 : number < 2 ** 14 ? 2 : number < 2 ** 32 ? 5 : 9

/** "-2147483648" */
const longestPacked = 11
const doubleLength = 8
const timeLength = 8
const idLength = 16
/** Redis writes -1 where it does not know how much a group has read, as an unsigned number. */
const unknownCount = 2 ** 64
