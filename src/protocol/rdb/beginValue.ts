/**
 * Which decoder reads which type of value.
 */
import { CompactDecoder } from "./CompactDecoder.ts"
import { HashDecoder } from "./HashDecoder.ts"
import { ListDecoder } from "./ListDecoder.ts"
import { ModuleDecoder } from "./ModuleDecoder.ts"
import { ValueType } from "./RdbFormat.ts"
import { SetDecoder } from "./SetDecoder.ts"
import { SortedSetDecoder } from "./SortedSetDecoder.ts"
import { StreamDecoder } from "./StreamDecoder.ts"
import type { DecoderOptions, ValueDecoder } from "./ValueDecoder.ts"

/** What reads a value of this type; `undefined` where there is no such type. */
export const beginValue = (type: number, options: DecoderOptions): ValueDecoder | undefined => {
  switch (type) {
    case ValueType.string:
      return stringDecoder
    case ValueType.list:
    case ValueType.listQuicklist:
    case ValueType.listQuicklist2:
      return new ListDecoder(type, options)
    case ValueType.set:
      return new SetDecoder(options)
    case ValueType.sortedSet:
    case ValueType.sortedSet2:
      return new SortedSetDecoder(type, options)
    case ValueType.hash:
    case ValueType.hashExpiry:
    case ValueType.hashExpiryPreRelease:
      return new HashDecoder(type, options)
    case ValueType.hashZipmap:
    case ValueType.listZiplist:
    case ValueType.setIntset:
    case ValueType.sortedSetZiplist:
    case ValueType.hashZiplist:
    case ValueType.hashListpack:
    case ValueType.sortedSetListpack:
    case ValueType.setListpack:
    case ValueType.hashListpackExpiryPreRelease:
    case ValueType.hashListpackExpiry:
      return new CompactDecoder(type, options)
    case ValueType.streamListpacks:
    case ValueType.streamListpacks2:
    case ValueType.streamListpacks3:
      return new StreamDecoder(type, options)
    case ValueType.module:
      return new ModuleDecoder(options.passesModules)
    default:
      return undefined
  }
}

const stringDecoder: ValueDecoder = {
  read: (source) => {
    const value = source.value()
    return source.isStopped ? undefined : value
  }
}
