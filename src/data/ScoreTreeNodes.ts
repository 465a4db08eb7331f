/**
 * The nodes of `ScoreTree`: how they are searched, walked, divided and joined.
 *
 * They know nothing of the tree's balance, nor when a node may be changed: a node is changed only by the tree whose token it carries as its `owner`.
 */
/** Entries in order. */
export class Leaf {
  readonly owner: object
  readonly scores: Array<number>
  readonly members: Array<string>

  constructor(owner: object, scores: Array<number>, members: Array<string>) {
    this.owner = owner
    this.scores = scores
    this.members = members
  }

  static empty(owner: object): Leaf {
    return new Leaf(owner, emptyScores.slice(), [])
  }

  get width(): number {
    return this.members.length
  }

  get count(): number {
    return this.members.length
  }

  copy(owner: object): Leaf {
    return new Leaf(owner, this.scores.slice(), this.members.slice())
  }

  insert(at: number, score: number, member: string): void {
    insertNumberAt(this.scores, at, score)
    insertAt(this.members, at, member)
  }

  remove(at: number): void {
    removeNumberAt(this.scores, at)
    removeAt(this.members, at)
  }

  /** Keeps what is before `at`, and answers a leaf with the rest. */
  split(at: number): Leaf {
    return new Leaf(this.owner, this.scores.splice(at), this.members.splice(at))
  }

  append(right: Node): void {
    for (let i = 0; i < right.members.length; i++) {
      this.scores.push(right.scores[i]!)
      this.members.push(right.members[i]!)
    }
  }
}

/** Children in order, leaves or branches. */
export class Branch {
  readonly owner: object
  /** The keys of the children: scores and members. */
  readonly scores: Array<number>
  readonly members: Array<string>
  /** The number of entries below each child. */
  readonly counts: Array<number>
  readonly children: Array<Node>

  constructor(
    owner: object,
    scores: Array<number>,
    members: Array<string>,
    counts: Array<number>,
    children: Array<Node>
  ) {
    this.owner = owner
    this.scores = scores
    this.members = members
    this.counts = counts
    this.children = children
  }

  get width(): number {
    return this.children.length
  }

  get count(): number {
    let count = 0
    for (const below of this.counts) count += below
    return count
  }

  copy(owner: object): Branch {
    return new Branch(
      owner,
      this.scores.slice(),
      this.members.slice(),
      this.counts.slice(),
      this.children.slice()
    )
  }

  /** Takes in a child that was cut off from the one before `at`. */
  insert(at: number, child: Node): void {
    const { count } = child
    this.counts[at - 1] = this.counts[at - 1]! - count
    this.counts.splice(at, 0, count)
    insertNumberAt(this.scores, at, child.scores[0]!)
    insertAt(this.members, at, child.members[0]!)
    insertAt(this.children, at, child)
  }

  /** Keeps the children before `at`, and answers a branch with the others. */
  split(at: number): Branch {
    return new Branch(
      this.owner,
      this.scores.splice(at),
      this.members.splice(at),
      this.counts.splice(at),
      this.children.splice(at)
    )
  }

  /** Takes over the children of its right neighbour, of which the parent knows the key. */
  append(right: Branch, score: number, member: string): void {
    for (let i = 0; i < right.children.length; i++) {
      this.scores.push(i === 0 ? score : right.scores[i]!)
      this.members.push(i === 0 ? member : right.members[i]!)
      this.counts.push(right.counts[i]!)
      this.children.push(right.children[i]!)
    }
  }

  /** Forgets the children from `from` up to, not including, `to`. */
  drop(from: number, to: number): void {
    this.scores.splice(from, to - from)
    this.members.splice(from, to - from)
    this.counts.splice(from, to - from)
    this.children.splice(from, to - from)
  }
}

export type Node = Leaf | Branch

export type Visit = (score: number, member: string) => void

/** The number of entries of a leaf that are before this one. */
export const positionIn = (leaf: Leaf, score: number, member: string): number => {
  const { members, scores } = leaf
  let low = 0
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const there = scores[middle]!
    if (there < score || (there === score && members[middle]! < member)) low = middle + 1
    else high = middle
  }
  return low
}

/** The child below which this entry is, or belongs. */
export const childFor = (branch: Branch, score: number, member: string): number => {
  const { members, scores } = branch
  let low = 1
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const key = scores[middle]!
    if (key < score || (key === score && members[middle]! <= member)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** Of the keys from `from` on, the index of the first one that is not before. */
export const partitionPoint = (
  node: Node,
  from: number,
  isBefore: (score: number, member: string) => boolean
): number => {
  const { members, scores } = node
  let low = from
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(scores[middle]!, members[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}

export const visitBelow = (node: Node, from: number, to: number, visit: Visit): void => {
  if (node instanceof Leaf) {
    const { members, scores } = node
    for (let at = from; at < to; at++) visit(scores[at]!, members[at]!)
    return
  }
  const { children, counts } = node
  for (let at = 0; to > 0; at++) {
    const count = counts[at]!
    if (from < count) visitBelow(children[at]!, Math.max(from, 0), Math.min(to, count), visit)
    from -= count
    to -= count
  }
}

export const visitBackwardsBelow = (node: Node, from: number, to: number, visit: Visit): void => {
  if (node instanceof Leaf) {
    const { members, scores } = node
    for (let at = to - 1; at >= from; at--) visit(scores[at]!, members[at]!)
    return
  }
  const { children, counts } = node
  let at = 0
  let start = 0
  while (start + counts[at]! < to) start += counts[at++]!
  for (;; at--) {
    const count = counts[at]!
    visitBackwardsBelow(children[at]!, Math.max(from - start, 0), Math.min(to - start, count), visit)
    if (start <= from) return
    start -= counts[at - 1]!
  }
}

export const leavesBelow = (node: Node): number => {
  if (node instanceof Leaf) return 1
  let leaves = 0
  for (const child of node.children) leaves += leavesBelow(child)
  return leaves
}

// Loops, because within a node they are faster than splice. Each stands here twice: code that stores into arrays of doubles and into others would turn the
// former into the latter, where a double takes an object of its own.

const insertAt = <A extends object | string>(list: Array<A>, at: number, item: A): void => {
  list.push(item)
  for (let i = list.length - 1; i > at; i--) list[i] = list[i - 1]!
  list[at] = item
}

const insertNumberAt = (list: Array<number>, at: number, item: number): void => {
  list.push(item)
  for (let i = list.length - 1; i > at; i--) list[i] = list[i - 1]!
  list[at] = item
}

const removeAt = (list: Array<string>, at: number): void => {
  for (let i = at + 1; i < list.length; i++) list[i - 1] = list[i]!
  list.pop()
}

const removeNumberAt = (list: Array<number>, at: number): void => {
  for (let i = at + 1; i < list.length; i++) list[i - 1] = list[i]!
  list.pop()
}

/** No scores yet, in V8's form for doubles: its copies keep this form, also when they take in integers. */
export const emptyScores: ReadonlyArray<number> = [0.5].slice(1)
