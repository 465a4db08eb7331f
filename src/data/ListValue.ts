/**
 * A list: byte strings in order, with both ends close at hand.
 *
 * While it is small it is one listpack, above that a quicklist of many (`list/Quicklist.ts`). It changes from one to the other where Redis does, which
 * depends on more than its size: it grows by what it is about to be given, and shrinks only when it is well below the limit. Indexes are counted from 0, and
 * from the tail where they are negative, the last one being -1. Source: t_list.c.
 */
import type { ByteSink } from "./ByteSink.ts"
import { Aggregate } from "./Aggregate.ts"
import { type ByteString, toText } from "./ByteString.ts"
import * as Listpack from "./Listpack.ts"
import { exceedsLimit, nodeLimit } from "./list/limits.ts"
import { type End, entryOf, ListNode } from "./list/ListNode.ts"
import { Quicklist } from "./list/Quicklist.ts"
import type { Shapes } from "./Shapes.ts"
import { textBytes } from "./StringValue.ts"

export type { End } from "./list/ListNode.ts"

export class ListValue extends Aggregate {
  readonly #shapes: Shapes
  /** A listpack is a text while that is cheap to replace, and a node when it is not. */
  #content: Listpack.Listpack | ListNode | Quicklist = Listpack.empty

  constructor(shapes: Shapes) {
    super()
    this.#shapes = shapes
  }

  /** A list of these elements that is given them at once: where it begins is decided by what they take, not by what they might. */
  static of(shapes: Shapes, elements: ReadonlyArray<ByteString>): ListValue {
    const list = new ListValue(shapes)
    let bytes = Listpack.empty.length
    for (const element of elements) bytes += Listpack.entryBytes(element)
    if (exceedsLimit(list.#fill, bytes, elements.length)) list.#content = Quicklist.make(shapes)
    for (const element of elements) list.#push(element, "tail")
    return list
  }

  /** The list that this quicklist is, which from now on belongs to it. */
  static ofQuicklist(shapes: Shapes, quicklist: Quicklist): ListValue {
    const list = new ListValue(shapes)
    list.#content = quicklist
    return list
  }

  override get type(): "list" {
    return "list"
  }

  override get encoding(): "listpack" | "quicklist" {
    return this.#content instanceof Quicklist ? "quicklist" : "listpack"
  }

  override get size(): number {
    const content = this.#content
    return typeof content === "string" ? Listpack.count(content) : content.count
  }

  override get bytes(): number {
    const content = this.#content
    return listBytes + (typeof content === "string" ? textBytes(content.length) : content.bytes)
  }

  /** What it is while it is compact. */
  get listpack(): Listpack.Listpack | undefined {
    const content = this.#content
    return typeof content === "string" ? content : content instanceof ListNode ? content.listpack() : undefined
  }

  /** What it is when it is not. */
  get quicklist(): Quicklist | undefined {
    return this.#content instanceof Quicklist ? this.#content : undefined
  }

  override copy(): ListValue {
    const copy = new ListValue(this.#shapes)
    const content = this.#content
    copy.#content = content instanceof Quicklist ? content.copy() : content instanceof ListNode
      ? content.copyFor(copy)
      : content
    return copy
  }

  /** Adds the elements one after the other, so that those pushed to the head are there in reverse. */
  push(elements: ReadonlyArray<ByteString>, end: End): void {
    this.#growBy(elements)
    const content = this.#content
    if (typeof content === "string" && fits(content, elements)) {
      const texts = elements.map(toText)
      this.#content = end === "tail"
        ? Listpack.append(content, ...texts)
        : Listpack.insert(content, Listpack.headerBytes, ...texts.toReversed())
    } else {
      for (const element of elements) this.#push(element, end)
    }
  }

  /** Takes so many elements off, which are there, and answers them in this order. */
  pop(count: number, end: End): Array<ByteString> {
    const { size } = this
    if (count === 1) {
      const element = this.#pop(end)
      this.#shrink()
      return [element]
    }
    const popped = end === "head" ? this.#read(0, count, "tail") : this.#read(size - 1, count, "head")
    this.#removeRange(end === "head" ? 0 : size - count, count)
    this.#shrink()
    return popped
  }

  /** Takes an element off one end and adds it at an end, which may be the same. There is one. */
  rotate(from: End, to: End): ByteString {
    const element = this.#pop(from)
    this.#growBy([element])
    this.#push(element, to)
    this.#shrink()
    return element
  }

  /** The element at `index`, `undefined` out of range. */
  at(index: number): ByteString | undefined {
    const position = this.#positionOf(index)
    if (position === undefined) return undefined
    return this.#content instanceof Quicklist ? this.#content.at(position) : this.#node.at(position)
  }

  /** Hands so many elements, from `index` on, to the sink. They are there, and `index` is not negative. */
  send(index: number, count: number, sink: ByteSink): void {
    if (this.#content instanceof Quicklist) this.#content.send(index, count, sink)
    else this.#node.send(index, count, sink)
  }

  /** So many elements from `index` on. They are there, and `index` is not negative. */
  slice(index: number, count: number): ReadonlyArray<ByteString> {
    return this.#read(index, count, "tail")
  }

  /** Says whether there was an element to replace. */
  set(index: number, element: ByteString): boolean {
    this.#growBy([element])
    const position = this.#positionOf(index)
    if (position === undefined) return false
    if (this.#content instanceof Quicklist) this.#content.replace(position, element)
    else this.#changeNode((node) => node.replace(position, element))
    this.#shrink()
    return true
  }

  /** Inserts next to the first element that is equal to `pivot`, and says whether there was one. */
  insert(pivot: ByteString, element: ByteString, place: "before" | "after"): boolean {
    // As in Redis, also where nothing is inserted in the end.
    this.#growBy([element])
    let position = -1
    this.search(pivot, "tail", (index) => {
      position = index
      return false
    })
    if (position < 0) return false
    if (this.#content instanceof Quicklist) this.#content.insert(position, element, place === "after")
    else this.#changeNode((node) => node.insert(place === "after" ? position + 1 : position, element))
    return true
  }

  /** Removes `limit` elements at most that are equal to `element`, the first that are met in this direction; answers how many they were. */
  remove(element: ByteString, limit: number, direction: End): number {
    const removed = this.#content instanceof Quicklist
      ? this.#content.remove(element, limit, direction)
      : this.#removeFromNode(element, limit, direction)
    if (removed > 0) this.#shrink()
    return removed
  }

  /** Keeps so many elements from `index` on, which are there. */
  trim(index: number, count: number): void {
    const behind = this.size - index - count
    this.#removeRange(0, index)
    this.#removeRange(count, behind)
    this.#shrink()
  }

  /**
   * Visits the indexes of the elements that are equal to `element`, in this direction, until `visit` answers false.
   *
   * What is further than `within` elements from where it begins need not be looked at, but may be.
   */
  search(element: ByteString, direction: End, visit: (index: number) => boolean, within = Infinity): void {
    if (this.#content instanceof Quicklist) this.#content.search(element, direction, visit, within)
    else this.#node.search(element, entryOf(element), direction, visit)
  }

  get #fill(): number {
    return this.#shapes.limits["list-max-listpack-size"]
  }

  /** The listpack as a node, to read from. */
  get #node(): ListNode {
    // Asked only while the list is no quicklist.
    const content = this.#content as Listpack.Listpack | ListNode
    return typeof content === "string" ? ListNode.ofListpack(this, content) : content
  }

  /** Runs `change` on the listpack as a node. */
  #changeNode<A>(change: (node: ListNode) => A): A {
    const node = this.#node
    const result = change(node)
    this.#content = node.size > maxTextBytes ? node : node.listpack()
    return result
  }

  #push(element: ByteString, end: End): void {
    if (this.#content instanceof Quicklist) this.#content.push(element, end)
    else this.#changeNode((node) => node.push(element, end))
  }

  #pop(end: End): ByteString {
    const content = this.#content
    if (typeof content === "string") {
      const at = end === "head" ? Listpack.headerBytes : Listpack.last(content)
      this.#content = Listpack.remove(content, at)
      return Listpack.textAt(content, at)
    }
    return this.#content instanceof Quicklist ? this.#content.pop(end) : this.#changeNode((node) => node.pop(end))
  }

  #read(index: number, count: number, direction: End): Array<ByteString> {
    if (count === 0) return []
    const elements = new Array<ByteString>(count)
    if (this.#content instanceof Quicklist) this.#content.read(index, direction, elements)
    else this.#node.read(index, count, direction, elements, 0)
    return elements
  }

  #removeRange(index: number, count: number): void {
    if (count === 0) return
    if (this.#content instanceof Quicklist) this.#content.removeRange(index, count)
    else this.#changeNode((node) => node.remove(index, count))
  }

  #removeFromNode(element: ByteString, limit: number, direction: End): number {
    const found: Array<number> = []
    this.search(element, direction, (index) => found.push(index) < limit)
    if (direction === "head") found.reverse()
    if (found.length > 0) this.#changeNode((node) => node.removeAll(found))
    return found.length
  }

  #positionOf(index: number): number | undefined {
    const { size } = this
    const position = index < 0 ? size + index : index
    return position >= 0 && position < size ? position : undefined
  }

  /** Becomes a quicklist if the elements might make too much of a listpack. Redis looks at the length of their texts, not at what they will take. */
  #growBy(elements: ReadonlyArray<ByteString>): void {
    const content = this.#content
    if (content instanceof Quicklist) return
    let bytes = typeof content === "string" ? content.length : content.size
    for (const element of elements) bytes += element.length
    if (!exceedsLimit(this.#fill, bytes, this.size + elements.length)) return
    const quicklist = Quicklist.make(this.#shapes)
    if (this.size > 0) quicklist.appendListpack(this.#node.listpack())
    this.#content = quicklist
  }

  /** Becomes a listpack if that is all it has, and not too large for one. */
  compact(): void {
    this.#becomeListpack(1)
  }

  /** Becomes a listpack again if what is left fills no more than half of one. Without the distance a list at the limit would change with every command. */
  #shrink(): void {
    this.#becomeListpack(2)
  }

  /** Becomes a listpack if it is one of no more than this part of the limit. */
  #becomeListpack(divisor: number): void {
    if (!(this.#content instanceof Quicklist)) return
    const only = this.#content.onlyListpack
    if (only === undefined) return
    const { bytes, count } = nodeLimit(this.#fill)
    if (only.size > Math.floor(bytes / divisor) || only.count > Math.floor(count / divisor)) return
    this.#content = only.size > maxTextBytes ? only.copyFor(this) : only.listpack()
  }
}

/** Whether the listpack with these elements is still one that is kept as a text. */
const fits = (listpack: Listpack.Listpack, elements: ReadonlyArray<ByteString>): boolean => {
  let bytes = listpack.length
  for (const element of elements) bytes += Listpack.entryBytes(element)
  return bytes <= maxTextBytes
}

/** Up to here a listpack is kept as a text alone, in bytes: above that a Buffer, which takes 200 bytes by itself, saves more than it costs. */
const maxTextBytes = 1024

/** V8's object. */
const listBytes = 40
