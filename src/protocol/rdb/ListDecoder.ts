/**
 * Lists: one element after the other, or the nodes of a quicklist, of which each is a ziplist, a listpack or a large element.
 *
 * Nodes are kept as they are, whatever is configured now, as in Redis. A list of one node that is not too large for it becomes compact.
 */
import { Quicklist } from "../../data/list/Quicklist.ts"
import * as Ziplist from "../../data/legacy/Ziplist.ts"
import * as Listpack from "../../data/Listpack.ts"
import { ListValue } from "../../data/ListValue.ts"
import { QuicklistContainer, ValueType } from "./RdbFormat.ts"
import type { RdbSource } from "./RdbSource.ts"
import { type DecoderOptions, noElements, type ValueDecoder } from "./ValueDecoder.ts"

export class ListDecoder implements ValueDecoder {
  readonly #type: number
  readonly #options: DecoderOptions
  readonly #quicklist: Quicklist
  /** Elements or nodes that are still to come; below 0 while their number is. */
  #left = -1

  /** For a list of one of three types. */
  constructor(type: number, options: DecoderOptions) {
    this.#type = type
    this.#options = options
    this.#quicklist = Quicklist.make(options.shapes)
  }

  read(source: RdbSource): ListValue | typeof noElements | undefined {
    if (this.#left < 0) {
      const count = source.length()
      if (source.isStopped) return undefined
      this.#left = count
      source.commit()
    }
    for (; this.#left > 0; this.#left--) {
      this.#readOne(source)
      if (source.isStopped) return undefined
      source.commit()
    }
    if (this.#quicklist.count === 0) return noElements
    const list = ListValue.ofQuicklist(this.#options.shapes, this.#quicklist)
    list.compact()
    return list
  }

  #readOne(source: RdbSource): void {
    const quicklist = this.#quicklist
    if (this.#type === ValueType.list) {
      const element = source.bytes()
      if (!source.isStopped) quicklist.push(element, "tail")
      return
    }
    const container = this.#type === ValueType.listQuicklist ? QuicklistContainer.packed : source.length()
    if (container === QuicklistContainer.plain) {
      const element = source.bytes()
      if (source.isStopped) return
      if (element.length === 0) source.fail("a node of a list is empty")
      else quicklist.appendPlain(element)
      return
    }
    const node = source.text()
    if (source.isStopped) return
    const listpack = container === QuicklistContainer.packed ? this.#listpack(node) : undefined
    if (listpack === undefined) {
      source.fail(`${this.#type === ValueType.listQuicklist2 ? "Listpack" : "Ziplist"} integrity check failed`)
      return
    }
    // An empty one is passed over, as in Redis.
    if (Listpack.first(listpack) >= 0) quicklist.appendListpack(listpack)
  }

  #listpack(node: string): Listpack.Listpack | undefined {
    if (this.#type === ValueType.listQuicklist2) return Listpack.restore(node)
    const texts = Ziplist.textsOf(node)
    return texts === undefined ? undefined : Listpack.from(texts)
  }
}
