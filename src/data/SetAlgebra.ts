/**
 * Intersection, union and difference of sets. The order of steps decides which shape a result has, so it is Redis's: t_set.c.
 *
 * `undefined` stands for a set that doesn't exist.
 */
import { SetValue } from "./SetValue.ts"
import type { Shapes } from "./Shapes.ts"

type Sets = ReadonlyArray<SetValue | undefined>

/** Visits the members that all sets have, in the order of the smallest set, until `visit` says that this is enough. */
export const someCommon = (sets: Sets, visit: (member: string, smallest: SetValue) => boolean): void => {
  const existing = sets.filter((set) => set !== undefined).sort((a, b) => a.size - b.size)
  const [smallest, ...others] = existing
  if (smallest === undefined || existing.length < sets.length) return
  const larger = others.filter((set) => set !== smallest)
  smallest.some((member) => larger.every((set) => set.has(member)) && visit(member, smallest))
}

/** The intersection as a set to keep. */
export const intersection = (shapes: Shapes, sets: Sets): SetValue => {
  const result = new SetValue(shapes, startOfIntersection(sets))
  someCommon(sets, (member, smallest) => {
    result.add(member, hasFlatMembers(smallest))
    return false
  })
  result.compactIntegers()
  return result
}

/** Adds all members of all sets to `result`, which is new. */
export const unite = (sets: Sets, result: SetValue): void => {
  for (const set of sets) addAll(set, result)
}

/** Adds to `result`, which is new, the members of the first set that none of the others has. */
export const subtract = ([first, ...others]: Sets, result: SetValue): void => {
  if (first === undefined || others.includes(first)) return
  const subtracted = others.filter((set) => set !== undefined)
  if (isProbingCheaper(first, subtracted)) {
    const isFlat = hasFlatMembers(first)
    // Who has the most members probably has this one.
    subtracted.sort((a, b) => b.size - a.size)
    first.forEach((member) => {
      if (!subtracted.some((set) => set.has(member))) result.add(member, isFlat)
    })
  } else {
    addAll(first, result)
    for (const set of subtracted) {
      set.forEach((member) => result.remove(member))
      if (result.size === 0) return
    }
  }
}

/** The shape in which members are only collected: sorted if all of them are integers, else the one that takes them fastest. */
export const passingShape = (sets: Sets): "intset" | "hashtable" =>
  sets.every((set) => set === undefined || set.encoding === "intset") ? "intset" : "hashtable"

const startOfIntersection = (sets: Sets): "intset" | "listpack" => {
  let smallest: SetValue | undefined
  for (const set of sets) if (set !== undefined && (smallest === undefined || set.size < smallest.size)) smallest = set
  return smallest?.encoding === "intset" ? "intset" : "listpack"
}

/** Whether to ask all sets about each member of the first, rather than to take their members out of a copy of it. */
const isProbingCheaper = (first: SetValue, others: ReadonlyArray<SetValue>): boolean => {
  const probes = first.size * (others.length + 1)
  const steps = others.reduce((sum, set) => sum + set.size, first.size)
  // A probe that finds something ends the search, which speaks for probing.
  return Math.floor(probes / 2) <= steps
}

const addAll = (set: SetValue | undefined, result: SetValue): void => {
  if (set === undefined) return
  const isFlat = hasFlatMembers(set)
  set.forEach((member) => result.add(member, isFlat))
}

/** Whether the texts of its members may be kept as they are, which is then one text for both sets. */
const hasFlatMembers = (set: SetValue): boolean => set.encoding === "hashtable"
