/**
 * What a reference server has written into its append-only file, as the units in which it happened.
 */
import * as Fs from "node:fs"
import * as Path from "node:path"
import type { Propagated } from "../../src/services/Propagation.ts"
import type { RunningServer } from "../support/referenceServers.ts"

/** A command with the number of its database before it. */
export type Told = ReadonlyArray<string>

/** What happened in one step. */
export type Unit = ReadonlyArray<Told>

/** Lets the server write commands, and nothing else, each before it is answered. */
export const writesCommands: ReadonlyArray<string> = [
  "--appendonly",
  "yes",
  "--appendfsync",
  "always",
  "--aof-use-rdb-preamble",
  "no"
]

/** Reads the newest part of the file. */
export const unitsOf = (server: RunningServer): ReadonlyArray<Unit> => {
  const folder = Path.join(server.directory, "appendonlydir")
  const newest = Fs.readdirSync(folder).filter((name) => name.endsWith(".incr.aof")).toSorted().at(-1)
  return newest === undefined ? [] : inUnits(wordsOf(Fs.readFileSync(Path.join(folder, newest), "latin1")))
}

const wordsOf = (bytes: string): ReadonlyArray<ReadonlyArray<string>> => {
  const commands: Array<ReadonlyArray<string>> = []
  let at = 0
  const number = (): number => {
    const end = bytes.indexOf("\r\n", at)
    const value = Number(bytes.slice(at + 1, end))
    at = end + 2
    return value
  }
  while (at < bytes.length) {
    commands.push(Array.from({ length: number() }, () => {
      const length = number()
      at += length + 2
      return bytes.slice(at - length - 2, at - 2)
    }))
  }
  return commands
}

const inUnits = (commands: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<Unit> => {
  const units: Array<Unit> = []
  let database = "0"
  let transaction: Array<Told> | undefined
  for (const words of commands) {
    const name = words[0]?.toUpperCase()
    if (name === "SELECT") {
      database = words[1] ?? ""
    } else if (name === "MULTI") {
      transaction = []
    } else if (name === "EXEC") {
      units.push(transaction ?? [])
      transaction = undefined
    } else if (transaction === undefined) {
      units.push([[database, ...words]])
    } else {
      transaction.push([database, ...words])
    }
  }
  return units
}

/** What our own engine has told, in the same form. */
export const toUnit = (unit: ReadonlyArray<Propagated>): Unit =>
  unit.map(({ database, request }) => [
    String(database),
    ...Array.from({ length: request.length }, (_, i) => request.text(i))
  ])
