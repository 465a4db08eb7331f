/**
 * The decimal digits of a double by the Grisu2 algorithm (Florian Loitsch, "Printing Floating-Point Numbers Quickly and
 * Accurately with Integers", 2010), in the variant the reference server prints with.
 *
 * `String(number)` always finds the shortest digits; Grisu2 misses them for about one double in a thousand and answers
 * one digit more. Clients compare replies as text, so those must come out alike. The text around the digits (sign,
 * point, exponent) is Double.ts.
 *
 * **Details** 64-bit integers are pairs of numbers: `high * 2 ** 32 + low`. A comparison takes the sign of
 * `highDifference * 2 ** 32 + lowDifference`: a rounded sum still has the exact sign.
 */

/** The digits found by the last call of `generate`, as values 0-9. */
export const digits = new Uint8Array(20)

/** The exponent found by the last call of `generate`: the value is its digits times `10 ** decimalExponent`. */
export let decimalExponent = 0

/**
 * Writes the digits of a finite `value` above zero into `digits`, sets `decimalExponent`, and answers how many digits
 * there are: at most 18.
 */
export const generate = (value: number): number => {
  asDouble[0] = value
  const bitsHigh = asWords[highWord]
  const biased = bitsHigh >>> 20
  const isSubnormal = biased === 0
  const fractionHigh = (bitsHigh & 0xfffff) + (isSubnormal ? 0 : 0x100000)
  const fractionLow = asWords[lowWord]

  // The value and the borders halfway to its neighbours, shifted left until the highest bit is set.
  const shift = fractionHigh > 0 ? Math.clz32(fractionHigh) : 32 + Math.clz32(fractionLow)
  const exponent = (isSubnormal ? 1 : biased) - exponentBias - shift
  shiftLeft(fractionHigh, fractionLow, shift)
  const valueHigh = high
  const valueLow = low
  // Below a power of two the neighbours are nearer by half.
  const isPowerOfTwo = fractionLow === 0 && fractionHigh === 0x100000
  const upperGap = 2 ** (shift - 1)
  const lowerGap = isPowerOfTwo ? upperGap / 2 : upperGap
  add(valueHigh, valueLow, upperGap)
  const upperHigh = high
  const upperLow = low
  add(valueHigh, valueLow, -lowerGap)
  const lowerHigh = high
  const lowerLow = low

  const power = findPower(exponent)
  const powerHigh = powerHighs[power]!
  const powerLow = powerLows[power]!
  decimalExponent = -(firstPower + power * powerStep)
  // What is left of the binary exponent after scaling: the point stands this many bits from the right, 32 to 60.
  const pointBits = -(exponent + powerExponents[power]! + 64)

  multiply(valueHigh, valueLow, powerHigh, powerLow)
  const scaledHigh = high
  const scaledLow = low
  multiply(lowerHigh, lowerLow, powerHigh, powerLow)
  // The product may be off by one: the borders are drawn in by one, so that everything between them is surely right.
  add(high, low, 1)
  const scaledLowerHigh = high
  const scaledLowerLow = low
  multiply(upperHigh, upperLow, powerHigh, powerLow)
  add(high, low, -1)

  // Digits are taken from the upper border until what is left would no longer lead below the lower one.
  const unitHigh = 2 ** (pointBits - 32)
  let whole = Math.floor(high / unitHigh)
  let restHigh = high - whole * unitHigh
  let restLow = low
  subtract(high, low, scaledLowerHigh, scaledLowerLow)
  // How far the digits may stay below the upper border ...
  let roomHigh = differenceHigh
  let roomLow = differenceLow
  subtract(high, low, scaledHigh, scaledLow)
  // ... and how far below it the value itself lies.
  let targetHigh = differenceHigh
  let targetLow = differenceLow

  let count = 0
  for (let place = 9, divisor = 1e9; place >= 0; place--, divisor /= 10) {
    const digit = Math.floor(whole / divisor)
    if (digit > 0 || count > 0) digits[count++] = digit
    whole -= digit * divisor
    const leftHigh = whole * unitHigh + restHigh
    if ((leftHigh - roomHigh) * word + (restLow - roomLow) <= 0) {
      decimalExponent += place
      approach(count, roomHigh, roomLow, leftHigh, restLow, divisor * unitHigh, targetHigh, targetLow)
      return count
    }
  }
  for (;;) {
    const restCarry = Math.floor(restLow * 10 / word)
    restLow = restLow * 10 - restCarry * word
    restHigh = restHigh * 10 + restCarry
    const roomCarry = Math.floor(roomLow * 10 / word)
    roomLow = roomLow * 10 - roomCarry * word
    roomHigh = roomHigh * 10 + roomCarry
    const targetCarry = Math.floor(targetLow * 10 / word)
    targetLow = targetLow * 10 - targetCarry * word
    targetHigh = targetHigh * 10 + targetCarry
    decimalExponent--
    const digit = Math.floor(restHigh / unitHigh)
    if (digit > 0 || count > 0) digits[count++] = digit
    restHigh -= digit * unitHigh
    if ((restHigh - roomHigh) * word + (restLow - roomLow) < 0) {
      approach(count, roomHigh, roomLow, restHigh, restLow, unitHigh, targetHigh, targetLow)
      return count
    }
  }
}

// The digits stand just below the upper border: the last one is lowered while that leads nearer to the value.
const approach = (
  count: number,
  roomHigh: number,
  roomLow: number,
  leftHigh: number,
  leftLow: number,
  unitHigh: number,
  targetHigh: number,
  targetLow: number
): void => {
  while (
    (leftHigh - targetHigh) * word + (leftLow - targetLow) < 0 &&
    (leftHigh + unitHigh - roomHigh) * word + (leftLow - roomLow) <= 0 &&
    ((leftHigh + unitHigh - targetHigh) * word + (leftLow - targetLow) < 0 ||
      (2 * (targetHigh - leftHigh) - unitHigh) * word + 2 * (targetLow - leftLow) > 0)
  ) {
    digits[count - 1]!--
    leftHigh += unitHigh
  }
}

const word = 2 ** 32
// 1023, and the 52 bits of the fraction.
const exponentBias = 1075

const asDouble = new Float64Array(1)
// The tuple holds, since eight bytes are two words of four.
const asWords = new Uint32Array(asDouble.buffer) as unknown as [number, number]
asDouble[0] = 1
const highWord = asWords[1] === 0 ? 0 : 1
const lowWord = highWord === 0 ? 1 : 0

// The second answer of the helpers below, which would cost an allocation as an object.
let high = 0
let low = 0
let differenceHigh = 0
let differenceLow = 0

const shiftLeft = (fromHigh: number, fromLow: number, bits: number): void => {
  if (bits >= 32) {
    high = (fromLow << (bits - 32)) >>> 0
    low = 0
  } else {
    // Never by 0 bits: a fraction has at most 53 of the 64.
    high = ((fromHigh << bits) | (fromLow >>> (32 - bits))) >>> 0
    low = (fromLow << bits) >>> 0
  }
}

// `amount` is a whole number of at most 53 significant bits, of any sign; the sum is within 64 bits.
const add = (toHigh: number, toLow: number, amount: number): void => {
  const amountHigh = Math.floor(amount / word)
  const sum = toLow + (amount - amountHigh * word)
  const carry = sum >= word ? 1 : 0
  low = sum - carry * word
  high = toHigh + amountHigh + carry
}

const subtract = (fromHigh: number, fromLow: number, takenHigh: number, takenLow: number): void => {
  const difference = fromLow - takenLow
  const borrow = difference < 0 ? 1 : 0
  differenceLow = difference + borrow * word
  differenceHigh = fromHigh - takenHigh - borrow
}

// The upper 64 bits of the product of 128, rounded to the nearest.
const multiply = (aHigh: number, aLow: number, bHigh: number, bLow: number): void => {
  const crossLow = Math.imul(aHigh, bLow) >>> 0
  const crossHigh = Math.round((aHigh * bLow - crossLow) / word)
  const otherLow = Math.imul(aLow, bHigh) >>> 0
  const otherHigh = Math.round((aLow * bHigh - otherLow) / word)
  const topLow = Math.imul(aHigh, bHigh) >>> 0
  const topHigh = Math.round((aHigh * bHigh - topLow) / word)
  const bottomLow = Math.imul(aLow, bLow) >>> 0
  const bottomHigh = Math.round((aLow * bLow - bottomLow) / word)
  const middle = crossLow + otherLow + bottomHigh + 0x80000000
  const sum = topLow + crossHigh + otherHigh + Math.floor(middle / word)
  const carry = Math.floor(sum / word)
  low = sum - carry * word
  high = topHigh + carry
}

// Every eighth power of ten from 10^-348 to 10^340, rounded to 64 bits: high * 2^32 + low, times 2^exponent.
const firstPower = -348
const powerStep = 8
const powerCount = 87
const powerHighs = new Uint32Array(powerCount)
const powerLows = new Uint32Array(powerCount)
const powerExponents = new Int16Array(powerCount)

for (let i = 0; i < powerCount; i++) {
  const power = firstPower + i * powerStep
  const scaleBits = power < 0 ? 1300 : 0
  const exact = power < 0 ? (1n << BigInt(scaleBits)) / 10n ** BigInt(-power) : 10n ** BigInt(power)
  const excess = exact.toString(2).length - 64
  const rounded = excess <= 0 ? exact << BigInt(-excess) : ((exact >> BigInt(excess - 1)) + 1n) >> 1n
  powerHighs[i] = Number(rounded >> 32n)
  powerLows[i] = Number(rounded & 0xffffffffn)
  powerExponents[i] = excess - scaleBits
}

// A power that moves the point to 32-60 bits from the right. Two may do; which one is taken decides about digits, so
// the first guess and the way from there are part of the algorithm.
const findPower = (exponent: number): number => {
  const guess = Math.trunc(-(exponent + powerCount) * 0.30102999566398114)
  let index = Math.trunc((guess - firstPower) / powerStep)
  for (;;) {
    const left = exponent + powerExponents[index]! + 64
    if (left < -60) index++
    else if (left > -32) index--
    else return index
  }
}
