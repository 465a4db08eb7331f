/**
 * Bytes in quotes, and lines of quoted words: how inline commands, redis.conf and MONITOR write down any byte.
 *
 * `splitArguments` reads back what `repr` has written.
 */

/**
 * The text in double quotes, with everything but printable ASCII escaped: `"a\n\xff"`.
 *
 * Source: `sdscatrepr` in sds.c. Valkey 8.1 forgets to escape quotes and backslashes; Redis, and this, do not.
 */
export const repr = (text: string): string =>
  unsafePattern.test(text) ? `"${text.replace(unsafePatternAll, escape)}"` : `"${text}"`

/**
 * The words of a line, `undefined` when a quote is not closed or something other than a space follows it.
 *
 * In double quotes `\n`, `\r`, `\t`, `\b`, `\a` and `\xHH` stand for a byte, and any other byte behind a backslash for
 * itself; in single quotes only `\'` does. Quotes may begin inside a word. A NUL byte ends the line. Source:
 * `sdssplitargs` in sds.c; Valkey 8.1 loses an unescaped byte 0xff, Redis, and this, do not.
 *
 * **Gotchas** The words may share memory with the line: what is kept needs `flatCopy` of ByteString.ts.
 */
export const splitArguments = (line: string): Array<string> | undefined => {
  const words: Array<string> = []
  const nul = line.indexOf("\0")
  const end = nul < 0 ? line.length : nul
  let at = 0
  for (;;) {
    while (at < end && isSpace(line.charCodeAt(at))) at++
    if (at >= end) return words
    let word = ""
    let start = at
    while (at < end && !isWordEnd(line.charCodeAt(at))) {
      const code = line.charCodeAt(at)
      if (code !== doubleQuote && code !== singleQuote) {
        at++
        continue
      }
      word += line.slice(start, at)
      const closing = closingQuote(line, at, end)
      if (closing < 0) return undefined
      const quoted = line.slice(at + 1, closing)
      word += code === doubleQuote ? quoted.replace(doubleQuotedEscapes, unescape) : quoted.replaceAll("\\'", "'")
      // A closing quote ends the word.
      start = at = closing + 1
      break
    }
    words.push(word + line.slice(start, at))
  }
}

// The index of the quote that closes the one at `start` and has a space or the end behind it; -1 without one.
const closingQuote = (line: string, start: number, end: number): number => {
  const quote = line.charCodeAt(start)
  for (let at = start + 1; at < end; at++) {
    const code = line.charCodeAt(at)
    if (code === quote) return at + 1 === end || isSpace(line.charCodeAt(at + 1)) ? at : -1
    // A backslash hides the next byte; in single quotes it hides only a quote.
    if (code === backslash && (quote === doubleQuote || line.charCodeAt(at + 1) === singleQuote)) at++
  }
  return -1
}

const escape = (character: string): string =>
  escapes.get(character) ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`

const unescape = (_: string, hex: string | undefined, character: string): string =>
  hex === undefined ? unescapes.get(character) ?? character : String.fromCharCode(Number.parseInt(hex, 16))

const isSpace = (code: number): boolean => code === 0x20 || (code >= 0x09 && code <= 0x0d)

// Vertical tabs and form feeds separate words, but do not end one.
const isWordEnd = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

const doubleQuote = 0x22
const singleQuote = 0x27
const backslash = 0x5c
const unsafePattern = /[^ !#-[\]-~]/
const unsafePatternAll = /[^ !#-[\]-~]/g
const doubleQuotedEscapes = /\\(?:x([0-9a-fA-F]{2})|([^]))/g
const escapes: ReadonlyMap<string, string> = new Map([
  ["\\", "\\\\"],
  ["\"", "\\\""],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\x07", "\\a"],
  ["\b", "\\b"]
])
const unescapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["r", "\r"],
  ["t", "\t"],
  ["b", "\b"],
  ["a", "\x07"]
])
