/**
 * Glob patterns as KEYS, SCAN, PSUBSCRIBE and CONFIG GET match them: `*`, `?`, `[a-z]`, `[^a-z]`, `\` for escaping.
 *
 * Bytes are compared, not characters: `?` is one byte. Source: `stringmatchlen` in util.c.
 */
import { type ByteString, toText } from "./ByteString.ts"

/**
 * Whether all of `text` matches `pattern`; with `isCaseInsensitive` the letters a-z match either way.
 *
 * **Details** Only the last `*` is ever tried again at a later place: when what follows it is found nowhere, an earlier
 * `*` cannot help. So the work is bounded by the product of both lengths, whatever the pattern.
 *
 * **Gotchas** These are Redis's: an unclosed class ends with the pattern; a range may be reversed; bytes from 0x80 on
 * sort before all others in a range (C's `char` has a sign on x86); the empty text is matched by the empty pattern only,
 * not by `*`; a pattern that gets past 1000 times `*` matches nothing.
 */
export const matchGlob = (pattern: ByteString, text: ByteString, isCaseInsensitive = false): boolean =>
  match(
    typeof pattern === "string" ? pattern : toText(pattern),
    typeof text === "string" ? text : toText(text),
    isCaseInsensitive
  )

/** Whether the pattern matches nothing but itself, and a lookup does instead of a search. */
export const isPlainPattern = (pattern: ByteString): boolean => !specialPattern.test(toText(pattern))

const match = (pattern: string, text: string, isCaseInsensitive: boolean): boolean => {
  const patternEnd = pattern.length
  const textEnd = text.length
  let p = 0
  let t = 0
  let stars = 0
  // Where to go on when the rest does not match: just behind the last star, one byte later in the text each time.
  let retryPattern = -1
  let retryText = 0
  while (p < patternEnd && t < textEnd) {
    const code = pattern.charCodeAt(p)
    if (code === star) {
      while (pattern.charCodeAt(p + 1) === star) p++
      if (p + 1 === patternEnd) return true
      if (++stars > maxStars) return false
      retryPattern = ++p
      retryText = t
      continue
    }
    let isMatch: boolean
    if (code === question) {
      isMatch = true
    } else if (code === openBracket) {
      isMatch = matchClass(pattern, p, text.charCodeAt(t), isCaseInsensitive)
      p = classEnd
    } else {
      if (code === backslash && p + 1 < patternEnd) p++
      const wanted = pattern.charCodeAt(p)
      const found = text.charCodeAt(t)
      isMatch = wanted === found || (isCaseInsensitive && toLower(wanted) === toLower(found))
    }
    p++
    t++
    if (isMatch) {
      if (t === textEnd) {
        while (pattern.charCodeAt(p) === star) p++
      }
      if (p < patternEnd || t === textEnd) continue
    }
    if (retryPattern < 0 || ++retryText === textEnd) return false
    p = retryPattern
    t = retryText
  }
  // Where the text ends first, starting later would only make it end sooner.
  return p === patternEnd && t === textEnd
}

/** The index of the last byte of the class `matchClass` has read: its bracket, or the pattern's end without one. */
let classEnd = 0

const matchClass = (pattern: string, start: number, code: number, isCaseInsensitive: boolean): boolean => {
  const end = pattern.length
  const found = isCaseInsensitive ? toLower(code) : code
  let p = start + 1
  const isNegated = pattern.charCodeAt(p) === caret
  if (isNegated) p++
  let isMatch = false
  for (;; p++) {
    if (p >= end) {
      classEnd = end - 1
      break
    }
    const member = pattern.charCodeAt(p)
    if (member === backslash && p + 1 < end) {
      p++
      // Escaped members keep their case even when case is ignored.
      if (pattern.charCodeAt(p) === code) isMatch = true
    } else if (member === closeBracket) {
      classEnd = p
      break
    } else if (p + 2 < end && pattern.charCodeAt(p + 1) === dash) {
      const other = pattern.charCodeAt(p + 2)
      p += 2
      if (isInRange(member, other, code, isCaseInsensitive)) isMatch = true
    } else if (member === code || (isCaseInsensitive && toLower(member) === found)) {
      isMatch = true
    }
  }
  return isMatch !== isNegated
}

// Borders are put in order as signed bytes, also when case is ignored. Then they are compared in lower case, and C's
// `tolower` counts bytes from 0 again, but for 0xff, which it takes for the end of a file, -1. So [Z-a] is empty.
const isInRange = (from: number, to: number, code: number, isCaseInsensitive: boolean): boolean => {
  const isOrdered = signed(from) <= signed(to)
  const low = isOrdered ? from : to
  const high = isOrdered ? to : from
  if (!isCaseInsensitive) return signed(code) >= signed(low) && signed(code) <= signed(high)
  const folded = foldForRange(code)
  return folded >= foldForRange(low) && folded <= foldForRange(high)
}

const foldForRange = (code: number): number => code === 0xff ? -1 : toLower(code)

const toLower = (code: number): number => code >= 0x41 && code <= 0x5a ? code + 0x20 : code

const signed = (code: number): number => code > 0x7f ? code - 0x100 : code

const star = 0x2a
const question = 0x3f
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const caret = 0x5e
const dash = 0x2d
const maxStars = 1000
const specialPattern = /[*?[\\]/
