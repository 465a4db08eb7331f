/**
 * One node of a list: a run of elements as a listpack, or one large element by itself, which is called plain.
 *
 * It knows neither its neighbours nor its limit. Elements are counted from 0 within it.
 *
 * | a listpack is kept as | for |
 * | --- | --- |
 * | a text, of which its entries are the part from `#from` to `#to`: at first the whole listpack | reading, changes in the middle, pops |
 * | a Buffer with room on either side of its entries | pushes, and pops of what has just been pushed |
 * | compressed bytes, whose entries would be from `#from` to `#to` | nodes that nobody looks at |
 *
 * Popping from a text only moves `#from` or `#to`; a push to a small text makes a new one, and replaces a larger one by a Buffer, so that both cost as much
 * as the element, whatever else the node holds. All reading goes through a text: a substring costs a seventh of what it takes to cut a string out of a Buffer.
 */
import { Buffer } from "node:buffer"
import type { ByteSink } from "../ByteSink.ts"
import * as ByteString from "../ByteString.ts"
import * as Listpack from "../Listpack.ts"
import * as Lzf from "../Lzf.ts"
import { textBytes } from "../StringValue.ts"

/** Where a list is pushed to and popped from; as a direction, the end it leads to. */
export type End = "head" | "tail"

/** Entries of a listpack to be read: those from the position `start` up to, not including, `end`. */
interface Entries {
  readonly text: Listpack.Listpack
  readonly start: number
  readonly end: number
}

export class ListNode {
  /** Whose node it is: others that refer to it as well change a copy of their own. */
  readonly owner: object
  /** It is one large element. */
  readonly isPlain: boolean
  #isCompressed: boolean
  #source: ByteString.ByteString
  #from: number
  #to: number
  #count: number

  private constructor(
    owner: object,
    isPlain: boolean,
    isCompressed: boolean,
    source: ByteString.ByteString,
    from: number,
    to: number,
    count: number
  ) {
    this.owner = owner
    this.isPlain = isPlain
    this.#isCompressed = isCompressed
    this.#source = source
    this.#from = from
    this.#to = to
    this.#count = count
  }

  static of(owner: object, element: ByteString.ByteString): ListNode {
    return ListNode.ofListpack(owner, Listpack.append(Listpack.empty, ByteString.toText(element)))
  }

  static ofListpack(owner: object, listpack: Listpack.Listpack): ListNode {
    return new ListNode(owner, false, false, listpack, headerBytes, listpack.length - 1, Listpack.count(listpack))
  }

  static plain(owner: object, element: ByteString.ByteString): ListNode {
    return new ListNode(owner, true, false, element, 0, element.length, 1)
  }

  /** The number of elements. */
  get count(): number {
    return this.#count
  }

  /** The number of bytes that Redis holds against its limits: of the listpack, or of the large element. */
  get size(): number {
    const length = this.#to - this.#from
    return this.isPlain ? length : length + Listpack.empty.length
  }

  get isCompressed(): boolean {
    return this.#isCompressed
  }

  get isCompressible(): boolean {
    return !this.#isCompressed && this.size >= minCompressBytes
  }

  /** The compressed bytes, where it is compressed: LZF of what `content` answers. */
  get compressed(): ByteString.ByteString | undefined {
    return this.#isCompressed ? this.#source : undefined
  }

  /** The listpack, or the large element. */
  content(): ByteString.ByteString {
    return this.isPlain ? this.#plainElement() : this.listpack()
  }

  /** Bytes of memory. */
  get bytes(): number {
    const source = this.#source
    return nodeBytes + (typeof source === "string" ? textBytes(source.length) : bufferBytes + source.length)
  }

  copyFor(owner: object): ListNode {
    const source = this.#source
    // The bytes of a listpack that is pushed to change in place.
    const own = typeof source === "string" || this.isPlain || this.#isCompressed ? source : cloned(source)
    return new ListNode(owner, this.isPlain, this.#isCompressed, own, this.#from, this.#to, this.#count)
  }

  /** The whole of a node that is not plain. */
  listpack(): Listpack.Listpack {
    const source = this.#source
    if (this.#isCompressed) return ByteString.toText(this.#decompressed())
    if (typeof source !== "string") return Listpack.wrap(source.latin1Slice(this.#from, this.#to), this.#count)
    const isWhole = this.#from === headerBytes && this.#to === source.length - 1
    return isWhole ? source : Listpack.wrap(source.substring(this.#from, this.#to), this.#count)
  }

  /** The element at `index`, which is there. */
  at(index: number): ByteString.ByteString {
    if (this.isPlain) return this.#plainElement()
    if (!this.#isCompressed) {
      if (index === 0) return this.#outermost("head").element
      if (index === this.#count - 1) return this.#outermost("tail").element
    }
    const entries = this.#entries()
    return elementAt(entries.text, this.#position(entries, index))
  }

  /** Puts so many elements from `index` on in this direction into `elements`, from `target` on. They are there. */
  read(index: number, count: number, direction: End, elements: Array<ByteString.ByteString>, target: number): void {
    if (this.isPlain) {
      elements[target] = this.#plainElement()
      return
    }
    const entries = this.#entries()
    const { text } = entries
    let at = this.#position(entries, index)
    if (direction === "tail") return Listpack.read(text, at, count, elements, target)
    for (let i = target; i < target + count; i++) {
      elements[i] = elementAt(text, at)
      at = Listpack.previous(text, at)
    }
  }

  /** Hands so many elements, from `index` on, to the sink. They are there. */
  send(index: number, count: number, sink: ByteSink): void {
    if (this.isPlain) {
      const element = this.#plainElement()
      if (typeof element === "string") sink.text(element, 0, element.length)
      else sink.bytes(element, 0, element.length)
      return
    }
    const entries = this.#entries()
    Listpack.send(entries.text, this.#position(entries, index), count, sink)
  }

  /**
   * Visits the indexes at which `element` stands, in this direction, until `visit` answers false. Says whether it never has.
   *
   * `entry` is what `entryOf` makes of the element.
   */
  search(
    element: ByteString.ByteString,
    entry: string,
    direction: End,
    visit: (index: number) => boolean
  ): boolean {
    if (this.isPlain) return !ByteString.equal(this.#plainElement(), element) || visit(0)
    const { end, start, text } = this.#entries()
    // What is found may be a part of something else; but before that the element is nowhere, so that entries there need only be passed over.
    if (direction === "tail") {
      let candidate = text.indexOf(entry, start)
      for (let index = 0, at = start; candidate >= 0 && index < this.#count; index++) {
        if (at === candidate && !visit(index)) return false
        at = Listpack.next(text, at)
        if (at > candidate) candidate = text.indexOf(entry, at)
      }
    } else {
      let candidate = text.lastIndexOf(entry, end - entry.length)
      for (let index = this.#count - 1, at = end; candidate >= start && index >= 0; index--) {
        at = Listpack.previous(text, at)
        if (at < candidate) candidate = text.lastIndexOf(entry, at)
        if (at === candidate && !visit(index)) return false
      }
    }
    return true
  }

  push(element: ByteString.ByteString, end: End): void {
    this.decompress()
    const added = Listpack.entryBytes(element)
    if (typeof this.#source === "string" && this.size + added <= smallBytes) {
      const listpack = this.listpack()
      const text = ByteString.toText(element)
      this.#count++
      return this.#become(
        end === "tail" ? Listpack.append(listpack, text) : Listpack.insert(listpack, headerBytes, text)
      )
    }
    const buffer = this.#withRoom(added, end)
    this.#count++
    if (end === "tail") {
      this.#to = Listpack.writeEntry(buffer, this.#to, element)
    } else {
      this.#from -= added
      Listpack.writeEntry(buffer, this.#from, element)
    }
  }

  /** Takes an element off a node that is not plain and has some. */
  pop(end: End): ByteString.ByteString {
    this.decompress()
    const { edge, element } = this.#outermost(end)
    if (end === "head") this.#from = edge
    else this.#to = edge
    this.#count--
    // What is left must not keep much more than itself.
    if (this.size * 2 < this.#source.length) this.close()
    return element
  }

  replace(index: number, element: ByteString.ByteString): void {
    const listpack = this.listpack()
    this.#become(Listpack.replace(listpack, Listpack.seek(listpack, index), ByteString.toText(element)))
  }

  /** Inserts before the element at `index`, or at the end where there is none. */
  insert(index: number, element: ByteString.ByteString): void {
    if (index === 0) return this.push(element, "head")
    if (index === this.#count) return this.push(element, "tail")
    const listpack = this.listpack()
    this.#count++
    this.#become(Listpack.insert(listpack, Listpack.seek(listpack, index), ByteString.toText(element)))
  }

  /** Removes so many elements from `index` on. They are there, and others remain. */
  remove(index: number, count: number): void {
    const entries = this.#entries()
    const { end, start, text } = entries
    const from = this.#position(entries, index)
    const to = this.#position(entries, index + count)
    this.#keep(this.#count - count, [text.substring(start, from), text.substring(to, end)])
  }

  /** Removes the elements at these indexes, which ascend. Others remain. */
  removeAll(indexes: ReadonlyArray<number>): void {
    const { end, start, text } = this.#entries()
    const kept: Array<string> = []
    let keptFrom = start
    let at = start
    let index = 0
    for (const removed of indexes) {
      for (; index < removed; index++) at = Listpack.next(text, at)
      kept.push(text.substring(keptFrom, at))
      index++
      at = index === this.#count ? end : Listpack.next(text, at)
      keptFrom = at
    }
    kept.push(text.substring(keptFrom, end))
    this.#keep(this.#count - indexes.length, kept)
  }

  /** Keeps the elements before `index`, and gives those from there on to a new node. Both get some. */
  split(index: number): ListNode {
    const entries = this.#entries()
    const { end, start, text } = entries
    const at = this.#position(entries, index)
    const behind = Listpack.wrap(text.substring(at, end), this.#count - index)
    this.#keep(index, [text.substring(start, at)])
    return ListNode.ofListpack(this.owner, behind)
  }

  /** Adds all elements of `other` behind its own. */
  merge(other: ListNode): void {
    const listpack = Listpack.concat(this.listpack(), other.listpack())
    this.#count += other.count
    this.#become(listpack)
  }

  /** Gives up the room for pushes, because none are to be expected. */
  close(): void {
    if (!this.isPlain && !this.#isCompressed) this.#become(this.listpack())
  }

  /** Compresses a node that is compressible, where that saves something worth it. */
  compress(): void {
    this.close()
    const compressed = Lzf.compress(this.#source, this.#source.length - minSavedBytes - 1)
    if (compressed === undefined) return
    this.#source = compressed
    this.#isCompressed = true
  }

  decompress(): void {
    if (!this.#isCompressed) return
    const bytes = this.#decompressed()
    this.#isCompressed = false
    this.#source = this.isPlain ? bytes : ByteString.toText(bytes)
  }

  #decompressed(): ByteString.ByteString {
    const bytes = Lzf.decompress(this.#source, this.size)
    if (bytes === undefined) throw new Error("a node of a list was not compressed as it should have been")
    return bytes
  }

  #plainElement(): ByteString.ByteString {
    return this.#isCompressed ? this.#decompressed() : this.#source
  }

  /** The entries of a node that is not plain, good until its next change. */
  #entries(): Entries {
    const source = this.#source
    if (this.#isCompressed) {
      const text = this.listpack()
      return { text, start: headerBytes, end: text.length - 1 }
    }
    if (typeof source === "string") return { text: source, start: this.#from, end: this.#to }
    // Readers expect a terminator, for which there is always room.
    source[this.#to] = terminator
    return {
      text: source.latin1Slice(this.#from - headerBytes, this.#to + 1),
      start: headerBytes,
      end: this.#to - this.#from + headerBytes
    }
  }

  /** The position of the entry with this index, or where the last one ends. Walks from the nearer end. */
  #position({ end, start, text }: Entries, index: number): number {
    if (index * 2 < this.#count) {
      let at = start
      for (let left = index; left > 0; left--) at = Listpack.next(text, at)
      return at
    }
    let at = end
    for (let left = this.#count - index; left > 0; left--) at = Listpack.previous(text, at)
    return at
  }

  /** The element at an end of a node that is neither plain nor compressed, and where its entry and the others meet. */
  #outermost(end: End): { readonly element: ByteString.ByteString; readonly edge: number } {
    const source = this.#source
    if (typeof source !== "string") {
      if (end === "head") {
        return { element: Listpack.readEntry(source, this.#from), edge: Listpack.endOfEntry(source, this.#from) }
      }
      const at = Listpack.startOfEntry(source, this.#to)
      return { element: Listpack.readEntry(source, at), edge: at }
    }
    if (end === "head") {
      const edge = this.#count === 1 ? this.#to : Listpack.next(source, this.#from)
      return { element: elementAt(source, this.#from), edge }
    }
    const at = Listpack.previous(source, this.#to)
    return { element: elementAt(source, at), edge: at }
  }

  /** A buffer with so much room at `end`. */
  #withRoom(added: number, end: End): Buffer {
    const source = this.#source
    const length = this.#to - this.#from
    let otherRoom = 0
    if (typeof source !== "string") {
      const head = this.#from - headerBytes
      const tail = source.length - this.#to - 1
      if ((end === "head" ? head : tail) >= added) return source
      otherRoom = end === "head" ? tail : head
    }
    const room = added + Math.max(minSpareBytes, length >> 2)
    // Where both ends are pushed to, neither takes all the room of the other.
    otherRoom = Math.min(otherRoom, room)
    const from = headerBytes + (end === "head" ? room : otherRoom)
    // Not from Node's shared pool, all of which a slice would keep alive.
    const buffer = Buffer.allocUnsafeSlow(headerBytes + length + room + otherRoom + 1)
    if (typeof source === "string") buffer.latin1Write(source.substring(this.#from, this.#to), from)
    else source.copy(buffer, from, this.#from, this.#to)
    this.#source = buffer
    this.#from = from
    this.#to = from + length
    return buffer
  }

  #keep(count: number, runs: ReadonlyArray<string>): void {
    this.#count = count
    this.#become(Listpack.wrap(runs.join(""), count))
  }

  #become(listpack: Listpack.Listpack): void {
    this.#isCompressed = false
    this.#source = listpack
    this.#from = headerBytes
    this.#to = listpack.length - 1
  }
}

/** An element as an entry of a listpack: what equal elements have in common. */
export const entryOf = (element: ByteString.ByteString): string =>
  Listpack.append(Listpack.empty, ByteString.toText(element)).slice(headerBytes, -1)

const elementAt = (listpack: Listpack.Listpack, at: number): ByteString.ByteString =>
  ByteString.ofText(Listpack.textAt(listpack, at))

const cloned = (buffer: Buffer): Buffer => {
  const clone = Buffer.allocUnsafeSlow(buffer.length)
  buffer.copy(clone)
  return clone
}

const { headerBytes } = Listpack
const terminator = 0xff

/** Up to here making a new text is cheaper than making a Buffer. */
const smallBytes = 256
/** The least room that is made for pushes to come. */
const minSpareBytes = 256

/** What Redis finds worth compressing, and what it wants to gain by it. */
const minCompressBytes = 48
const minSavedBytes = 8

/** V8's headers of a node, and of a Buffer with its backing store: measured on Node 24. */
const nodeBytes = 80
const bufferBytes = 200
