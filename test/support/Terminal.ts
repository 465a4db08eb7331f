/**
 * A program on a terminal of its own, as somebody who sits before it sees it: what it prints, and what is typed.
 *
 * The pseudo terminal is made by `script` of util-linux. Colours and movements of the cursor are taken out of what is
 * read; nothing else is interpreted, so a line that the program writes anew is there twice.
 */
import { spawn, spawnSync } from "node:child_process"

export interface Terminal extends AsyncDisposable {
  /**
   * Waits until the program prints what matches, behind what was waited for before. It fails, and shows what was printed,
   * when the program ends first or says nothing of the kind for long.
   */
  readonly until: (pattern: RegExp) => Promise<void>
  /** `\r` is the return key, `\t` completes, `controlU` empties the line. What is typed before it prompts may get lost. */
  readonly type: (text: string) => void
  /** Waits until the program has ended by itself. */
  readonly ended: () => Promise<void>
}

export const controlU = "\x15"

/** Whether there is a `script` that can do this; that of BSD cannot. */
export const canOpenTerminal = (): boolean => spawnSync("script", ["-qec", "true", "/dev/null"]).status === 0

/** Programs keep their history and settings below `home`, apart from those of whoever runs the tests. */
export const openTerminal = (words: ReadonlyArray<string>, home: string): Terminal => {
  const line = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ")
  const child = spawn("script", ["-qec", `stty cols ${columns}; exec ${line}`, "/dev/null"], {
    env: { ...process.env, HOME: home, TERM: "xterm" },
    stdio: ["pipe", "pipe", "ignore"]
  })
  let output = ""
  let read = 0
  let hasEnded = false
  let changed = (): void => {}
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString("latin1")
    changed()
  })
  const closed = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true
      changed()
      resolve()
    }
    child.once("close", end)
    child.once("error", end)
  })
  // Typing after the end of the program is noticed by what is waited for.
  child.stdin.on("error", () => {})
  return {
    type: (text) => child.stdin.write(text),
    until: async (pattern) => {
      const late = afterMillis(maxWaitMillis)
      while (true) {
        const seen = readable(output)
        const found = pattern.exec(seen.slice(read))
        if (found !== null) {
          read += found.index + found[0].length
          return
        }
        if (hasEnded) throw new Error(`${line} has ended without ${pattern}:\n${seen.slice(read)}`)
        const happened = new Promise<void>((resolve) => {
          changed = resolve
        })
        if (await Promise.race([happened, late]) === "late") {
          throw new Error(`${line} prints no ${pattern}:\n${seen.slice(read)}`)
        }
      }
    },
    ended: () => closed,
    [Symbol.asyncDispose]: () => {
      // The terminal goes with `script`, and with the terminal the program.
      child.kill("SIGKILL")
      return closed
    }
  }
}

/** Wide enough for the hints of long commands, which are cut off at the edge. */
const columns = 160

const maxWaitMillis = 20_000

const afterMillis = (millis: number): Promise<"late"> =>
  new Promise((resolve) => {
    setTimeout(() => resolve("late"), millis).unref()
  })

const escape = String.fromCharCode(27)
const escapes = new RegExp(`${escape}\\[[\\d;]*[A-Za-z]`, "g")

/** An escape at the end that is not complete yet stays: nobody waits for one. */
const readable = (output: string): string => output.replaceAll(escapes, "").replaceAll("\r", "")
