/**
 * The steps that a differential test is made of: requests, and what has to be equal in the replies to them.
 */
import type { Request } from "../support/RespClient.ts"

/** What has to be equal in two replies. */
export type Comparison =
  /** Every byte. The default. */
  | "exact"
  /** The same items of arrays, sets and maps, in any order, at every depth. */
  | "unordered"
  /** The protocol type only: the value is chance. */
  | "typeOnly"
  /** As exact, but numbers (also those in bulk strings) may differ by as much: for what a clock has a part in. */
  | { readonly near: number }
  /** As exact, once everything that the pattern finds is taken out of both: for ids and addresses inside of a text. */
  | { readonly masked: RegExp; readonly reason: string }
  /** Nothing at all, but a reply has to come. */
  | { readonly ignored: string }

export interface StepOptions {
  /** The connection that sends it; connections open when they are first named. */
  readonly connection?: string
  readonly compare?: Comparison
  /** How many replies come: 0 for what is silent, as after CLIENT REPLY OFF. Default 1. */
  readonly replies?: number
  /** The server closes the connection after its reply, as after QUIT. */
  readonly closes?: boolean
}

export interface Step extends StepOptions {
  readonly request: Request
}

/** A string is split at single spaces; what has spaces or other bytes in it is written as an array. */
export type StepInput = string | Request | Step

export const step = (request: string | Request, options: StepOptions): Step => ({ ...options, request: words(request) })

/** Numbers may differ by `difference`, in the unit of the reply. */
export const near = (difference: number): Comparison => ({ near: difference })

export const toStep = (input: StepInput): Step =>
  typeof input === "string" || isRequest(input) ? { request: words(input) } : input

const isRequest = (input: Request | Step): input is Request => Array.isArray(input)

const words = (request: string | Request): Request => typeof request === "string" ? request.split(" ") : request
