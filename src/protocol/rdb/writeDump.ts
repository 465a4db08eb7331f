/**
 * What DUMP answers: one value, and behind it the version of its format and a checksum.
 */
import { Buffer } from "node:buffer"
import { Crc64 } from "../../data/Crc64.ts"
import { byteLength } from "../../data/StringValue.ts"
import { isString, type Value } from "../../data/Value.ts"
import { hashExpiryRdbVersion } from "./RdbFormat.ts"
import { RdbOutput } from "./RdbOutput.ts"
import { needsHashExpiry, valueType, writeValue } from "./writeValue.ts"

export interface DumpFormat {
  /** From 10 to 12; a hash whose fields have deadlines is dumped in version 12 all the same. */
  readonly version: number
  /** Whether strings are compressed that become shorter by it. */
  readonly compresses: boolean
}

export const writeDump = (value: Value, format: DumpFormat): Buffer => {
  const version = needsHashExpiry(value) ? hashExpiryRdbVersion : format.version
  const output = new RdbOutput(format.compresses, expectedBytes(value) + footerBytes)
  output.byte(valueType(value, version))
  const parts = writeValue(output, value, version)
  while (parts?.next().done === false);
  const footer = Buffer.allocUnsafe(footerBytes)
  footer.writeUInt16LE(version, 0)
  const payload = Buffer.concat([...output.take(), footer])
  const checksum = new Crc64()
  checksum.update(payload, 0, payload.length - checksumBytes)
  checksum.writeTo(payload, payload.length - checksumBytes)
  return payload
}

/** How many bytes DUMP writes for the value alone. Redis calls this its serialized length. */
export const serializedLength = (value: Value, { compresses, version }: DumpFormat): number => {
  const output = new RdbOutput(compresses, expectedBytes(value))
  let length = 0
  const count = (): void => {
    length += output.pendingBytes
    output.take()
  }
  const parts = writeValue(output, value, needsHashExpiry(value) ? hashExpiryRdbVersion : version)
  while (parts?.next().done === false) count()
  count()
  return length
}

/** A guess for small values: large ones do not fit into the first chunk anyhow. */
const expectedBytes = (value: Value): number => (isString(value) ? byteLength(value) : value.bytes) + typeAndLengthBytes

const typeAndLengthBytes = 16
const checksumBytes = 8
/** The version and the checksum. */
const footerBytes = 2 + checksumBytes
