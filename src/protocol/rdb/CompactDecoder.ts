/**
 * Values that are one string of the file: the compact shapes of lists, sets, hashes and sorted sets, today's and those of earlier versions.
 *
 * They are looked through in every entry, because what reads them later trusts in them. One that has too many elements for its shape by what is configured
 * now takes the other shape. How long its elements are does not matter for that, as in Redis, except in a zipmap.
 */
import * as ByteString from "../../data/ByteString.ts"
import { HashValue } from "../../data/HashValue.ts"
import * as IntSet from "../../data/IntSet.ts"
import * as Ziplist from "../../data/legacy/Ziplist.ts"
import * as Zipmap from "../../data/legacy/Zipmap.ts"
import { Quicklist } from "../../data/list/Quicklist.ts"
import * as Listpack from "../../data/Listpack.ts"
import { ListValue } from "../../data/ListValue.ts"
import { SetValue } from "../../data/SetValue.ts"
import { SortedSetValue } from "../../data/SortedSetValue.ts"
import type { Value } from "../../data/Value.ts"
import { HashBuilder } from "./HashBuilder.ts"
import { ValueType } from "./RdbFormat.ts"
import type { RdbSource } from "./RdbSource.ts"
import { type DecoderOptions, noElements, type ValueDecoder } from "./ValueDecoder.ts"

/** The types of these values. */
export type CompactType = (typeof ValueType)[
  | "hashZipmap"
  | "listZiplist"
  | "setIntset"
  | "sortedSetZiplist"
  | "hashZiplist"
  | "hashListpack"
  | "sortedSetListpack"
  | "setListpack"
  | "hashListpackExpiryPreRelease"
  | "hashListpackExpiry"
]

/** What Redis calls them in its log. */
const compactNames: Readonly<Record<CompactType, string>> = {
  [ValueType.hashZipmap]: "Zipmap",
  [ValueType.listZiplist]: "List ziplist",
  [ValueType.setIntset]: "Intset",
  [ValueType.sortedSetZiplist]: "Zset ziplist",
  [ValueType.hashZiplist]: "Hash ziplist",
  [ValueType.hashListpack]: "Hash listpack",
  [ValueType.sortedSetListpack]: "Zset listpack",
  [ValueType.setListpack]: "Set listpack",
  [ValueType.hashListpackExpiryPreRelease]: "Hash listpack",
  [ValueType.hashListpackExpiry]: "Hash listpack"
}

export class CompactDecoder implements ValueDecoder {
  readonly #type: CompactType
  readonly #options: DecoderOptions

  constructor(type: CompactType, options: DecoderOptions) {
    this.#type = type
    this.#options = options
  }

  read(source: RdbSource): Value | typeof noElements | undefined {
    // The first of the deadlines, for readers that do not want to look for it.
    if (this.#type === ValueType.hashListpackExpiry) source.millis()
    const text = source.text()
    if (source.isStopped) return undefined
    const value = this.#decode(text)
    if (value === undefined) source.fail(`${compactNames[this.#type]} integrity check failed`)
    return value
  }

  #decode(text: string): Value | typeof noElements | undefined {
    const { sanitizes, shapes } = this.#options
    switch (this.#type) {
      case ValueType.setIntset:
        return IntSet.validate(text) ? SetValue.ofCompact(shapes, "intset", text) : undefined
      case ValueType.hashZipmap:
        return this.#ofZipmap(text)
      case ValueType.listZiplist:
        return this.#ofZiplist(text)
      case ValueType.sortedSetZiplist:
      case ValueType.hashZiplist: {
        const texts = Ziplist.textsOf(text)
        return texts === undefined ? undefined : this.#ofListpack(Listpack.from(texts), true)
      }
      default: {
        const listpack = Listpack.restore(text)
        return listpack === undefined ? undefined : this.#ofListpack(listpack, sanitizes)
      }
    }
  }

  #ofListpack(listpack: Listpack.Listpack, isToBeUnique: boolean): Value | typeof noElements | undefined {
    const { shapes } = this.#options
    if (Listpack.first(listpack) < 0) return noElements
    const width = this.#entriesPerElement
    if (isToBeUnique && Listpack.hasDuplicates(listpack, width)) return undefined
    if (width === 1) return SetValue.ofCompact(shapes, "listpack", listpack)
    const isSortedSet = this.#type === ValueType.sortedSetListpack || this.#type === ValueType.sortedSetZiplist
    return isSortedSet ? SortedSetValue.ofListpack(shapes, listpack) : HashValue.ofListpack(shapes, listpack, width)
  }

  #ofZipmap(text: string): HashValue | undefined {
    const texts = Zipmap.textsOf(text)
    if (texts === undefined) return undefined
    const hash = new HashBuilder(this.#options.shapes, texts.length / 2, false, true)
    for (let i = 0; i < texts.length; i += 2) {
      if (!hash.add(texts[i]!, texts[i + 1]!)) return undefined
    }
    return hash.finish()
  }

  /** It stays a quicklist, however small, until it is changed: so Redis does. */
  #ofZiplist(text: string): ListValue | typeof noElements | undefined {
    const { shapes } = this.#options
    const texts = Ziplist.textsOf(text)
    if (texts === undefined) return undefined
    if (texts.length === 0) return noElements
    const quicklist = Quicklist.make(shapes)
    for (const element of texts) quicklist.push(ByteString.ofText(element), "tail")
    return ListValue.ofQuicklist(shapes, quicklist)
  }

  get #entriesPerElement(): 1 | 2 | 3 {
    switch (this.#type) {
      case ValueType.setListpack:
        return 1
      case ValueType.hashListpackExpiry:
      case ValueType.hashListpackExpiryPreRelease:
        return 3
      default:
        return 2
    }
  }
}
